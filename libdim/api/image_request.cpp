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

bool is_file_name(const std::string& text) {
    return !text.empty() && text != "." && text != ".." && text.size() <= 255 &&
           text.find('/') == text.npos && text.find('\0') == text.npos;
}

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

}  // namespace

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
    if (request.source) DIM_CHECK(model::PathPatterns::parse(request.source->exclude));
    return check_label(request.label);
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
    if (request.blade_image_bytes < kSmallestBladeImage ||
        request.blade_image_bytes > kLargestBladeImage || request.blade_image_bytes % 4096 != 0) {
        return fail(ErrorCode::invalid_input,
                    "the size of a blade image must be a multiple of 4096 bytes from " +
                        to_string(model::ByteSize(kSmallestBladeImage)) + " to " +
                        to_string(model::ByteSize(kLargestBladeImage)));
    }
    return check_shared(request.shared);
}

}  // namespace dim::api
