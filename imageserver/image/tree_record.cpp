#include "imageserver/image/tree_record.hpp"

#include "libdim/manifest/manifest_text.hpp"
#include "libdim/sys/file.hpp"

namespace dim::server {

namespace {

std::string manifest_file(const std::string& stem) { return stem + ".manifest"; }
std::string cache_file(const std::string& stem) { return stem + ".cache"; }

/// Every ext4 has that one, and its times are those of the file system.
manifest::ScanSettings settings_for_ext4() { return {.leave_out = {"lost+found"}}; }

Result<void> write_new(const std::string& path, const std::string& bytes) {
    // Names of files can be a secret, too.
    DIM_TRY(const sys::Fd file, sys::open(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
    DIM_CHECK(sys::write_all(file, bytes));
    return sys::fsync(file);
}

/// A cache that cannot be used costs time only.
manifest::ScanCache read_cache(const std::string& stem, const TreeRecord& record) {
    const auto text = sys::read_file(cache_file(stem), manifest::kTextLimit);
    if (!text) return {};
    auto cache =
        manifest::parse_scan_cache(*text, record.digest, record.tree.manifest.entries.size());
    return cache ? *std::move(cache) : manifest::ScanCache{};
}

}  // namespace

Result<void> record_tree(const sys::Fd& root, const std::string& stem,
                         const std::function<void(std::uint64_t)>& progress) {
    manifest::ScanSettings settings = settings_for_ext4();
    settings.progress = progress;
    DIM_TRY(const manifest::ScannedTree tree, manifest::scan_tree(root, settings));
    const std::string text = to_text(tree.manifest);
    DIM_CHECK(write_new(manifest_file(stem), text));
    return write_new(cache_file(stem), to_text(tree.cache, manifest::digest_of(text)));
}

Result<std::optional<TreeRecord>> read_tree_record(const std::string& stem) {
    const std::string path = manifest_file(stem);
    const auto text = sys::read_file(path, manifest::kTextLimit);
    if (!text && text.error().code() == ErrorCode::not_found) return std::nullopt;
    if (!text) return fail(text.error());
    TreeRecord record;
    auto parsed = manifest::parse_manifest(*text);
    if (!parsed) {
        return fail(std::move(parsed).error().with_context(path).with_cure(
            "put the file back from a back-up, or import the image again under another name"));
    }
    record.tree.manifest = *std::move(parsed);
    record.digest = manifest::digest_of(*text);
    record.tree.cache = read_cache(stem, record);
    return record;
}

Result<std::vector<manifest::Difference>> check_tree(const sys::Fd& root,
                                                     const TreeRecord& record) {
    manifest::ScanSettings settings = settings_for_ext4();
    settings.previous = &record.tree;
    DIM_TRY(const manifest::ScannedTree now, manifest::scan_tree(root, settings));
    return manifest::compare(record.tree.manifest, now.manifest);
}

}  // namespace dim::server
