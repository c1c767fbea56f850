#include "libdim/api/image_request.hpp"

#include "libdim/api/limits.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/byte_size.hpp"
#include "libdim/model/path_pattern.hpp"

#include <algorithm>
#include <array>

namespace dim::api {

namespace {

// What a blade must be able to write, or what is mounted anew at each start.
constexpr std::array<std::string_view, 10> kNeverShared{"etc", "var", "dev",  "proc",       "sys",
                                                        "run", "tmp", "root", "lost+found", "home"};

constexpr std::size_t kLongestLabel = 200;
constexpr std::uint32_t kLargestActimeo = 3600;
constexpr std::uint32_t kLargestNconnect = 16;  // nfs(5)

bool is_file_name(const std::string& text) {
    return !text.empty() && text != "." && text != ".." && text.size() <= 255 &&
           text.find('/') == text.npos && text.find('\0') == text.npos;
}

/// Absolute, as it is written when nothing is to be left out, and not the root.
Result<void> check_scoped_path(const std::string& path) {
    bool is_plain = path.starts_with('/') && path.size() <= limits::kTextBytes;
    for (const std::string_view name : split(std::string_view(path).substr(is_plain ? 1 : 0), '/'))
        is_plain = is_plain && !name.empty() && name != "." && name != "..";
    if (is_plain) return {};
    return fail(Error(ErrorCode::invalid_input,
                      "'" + printable(path, kLongestLabel) + "' is no path below the root")
                    .with_cure("write it as blades see it, without '..', and no slash at its end: "
                               "/etc/passwd"));
}

}  // namespace

Result<void> check_shared(const std::vector<std::string>& names) {
    if (names.size() > limits::kSharedMounts) {
        return fail(ErrorCode::limit_exceeded,
                    "more than " + std::to_string(limits::kSharedMounts) + " shared directories");
    }
    for (const std::string& name : names) {
        if (!is_file_name(name)) {
            return fail(Error(ErrorCode::invalid_input,
                              "'" + printable(name, 80) + "' is not a first-level directory")
                            .with_cure("name directories without slashes: usr"));
        }
        if (std::ranges::find(kNeverShared, name) != kNeverShared.end()) {
            return fail(Error(ErrorCode::invalid_input, name + " cannot be shared: every blade "
                                                               "writes to its own")
                            .with_cure("share only what blades read: usr, opt"));
        }
        if (std::ranges::count(names, name) > 1)
            return fail(ErrorCode::invalid_input, name + " is named twice as shared");
    }
    return {};
}

Result<void> check_init_path(const std::string& init) {
    if (init.starts_with('/') && init.find_first_of(" \t\n") == std::string::npos) return {};
    return fail(Error(ErrorCode::invalid_input, "the init is not an absolute path")
                    .with_cure("name it as the blade sees it: /sbin/init"));
}

Result<void> check_label(const std::string& label) {
    if (label.size() <= kLongestLabel && printable(label, label.size()) == label) return {};
    return fail(Error(ErrorCode::invalid_input, "that is no label")
                    .with_cure("a line of at most " + std::to_string(kLongestLabel) + " bytes"));
}

Result<void> check_collection(const CollectGenerations& request) {
    if (request.keep != 0) return {};
    return fail(Error(ErrorCode::invalid_input, "the newest generation is always kept")
                    .with_cure("keep 1 or more"));
}

Result<void> check_update(const UpdateImage& request) {
    if (request.paths) {
        if (request.paths->empty()) return fail(ErrorCode::invalid_input, "no path is named");
        if (request.shared)
            return fail(ErrorCode::invalid_input,
                        "what is shared cannot change with some paths alone");
        for (const std::string& path : *request.paths)
            DIM_CHECK(check_scoped_path(path));
    }
    if (request.source) DIM_CHECK(model::PathPatterns::parse(request.source->exclude));
    if (request.shared) DIM_CHECK(check_shared(*request.shared));
    return check_label(request.label);
}

Result<void> check_settings(const SetImage& request) {
    if (!request.init && !request.nfs_version && !request.nfs_actimeo_seconds &&
        !request.nfs_nconnect && !request.on_conflict && !request.keep_out && !request.merge)
        return fail(Error(ErrorCode::invalid_input, "it is not said what is to be set")
                        .with_cure("name --init, --nfs-version, --actimeo, --nconnect, "
                                   "--on-conflict, --keep-out or --merge"));
    if (request.keep_out && request.keep_out->size() > limits::kImageRulesBytes)
        return fail(
            Error(ErrorCode::limit_exceeded,
                  "the rules take more than " + std::to_string(limits::kImageRulesBytes) + " bytes")
                .with_cure("one for a directory protects all below it"));
    if (request.init) DIM_CHECK(check_init_path(*request.init));
    if (request.nfs_version && *request.nfs_version != "4.1" && *request.nfs_version != "4.2")
        return fail(Error(ErrorCode::invalid_input,
                          "'" + printable(*request.nfs_version, 20) + "' is no version we offer")
                        .with_cure("4.1 or 4.2"));
    if (request.nfs_actimeo_seconds && *request.nfs_actimeo_seconds > kLargestActimeo)
        return fail(ErrorCode::invalid_input,
                    "attributes are kept for 0 to " + std::to_string(kLargestActimeo) + " seconds");
    if (request.nfs_nconnect &&
        (*request.nfs_nconnect == 0 || *request.nfs_nconnect > kLargestNconnect))
        return fail(ErrorCode::invalid_input,
                    "there are 1 to " + std::to_string(kLargestNconnect) + " connections");
    return {};
}

const std::vector<std::string>& default_exclusions() {
    static const std::vector<std::string> patterns{
        "/proc/*", "/sys/*", "/dev/*", "/run/*", "/tmp/*", "/var/tmp/*", "lost+found",
        // What package managers fetched.
        "/var/cache/apt/archives/*.deb", "/var/cache/apt/archives/partial/*",
        "/var/cache/apt/*.bin", "/var/cache/zypp/packages/*", "/var/cache/yum/*",
        "/var/cache/dnf/*"};
    return patterns;
}

Result<void> check_import(const ImportImage& request) {
    DIM_CHECK(model::PathPatterns::parse(request.exclude));
    DIM_CHECK(check_init_path(request.init));
    DIM_CHECK(check_blade_image_size(request.blade_image_bytes));
    if (request.file_system == model::FileSystem::xfs && request.blade_image_bytes < kSmallestXfs)
        return fail(Error(ErrorCode::invalid_input, "a blade image with xfs has at least " +
                                                        to_string(model::ByteSize(kSmallestXfs)))
                        .with_cure("make it larger, or take ext4"));
    return request.shared ? check_shared(*request.shared) : Result<void>();
}

Result<void> check_blade_image_size(std::uint64_t bytes) {
    if (bytes >= kSmallestBladeImage && bytes <= kLargestBladeImage && bytes % 4096 == 0) return {};
    return fail(ErrorCode::invalid_input,
                "the size of a blade image must be a multiple of 4096 bytes from " +
                    to_string(model::ByteSize(kSmallestBladeImage)) + " to " +
                    to_string(model::ByteSize(kLargestBladeImage)));
}

}  // namespace dim::api
