#include "imageserver/image/tree_record.hpp"

#include "libdim/manifest/manifest_text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

namespace dim::server {

namespace {

std::string cache_file(const std::string& stem) { return stem + ".cache"; }

Result<sys::Fd> create_record_file(const std::string& path) {
    // Names of files can be a secret, too.
    return sys::open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
}

manifest::TextSink writing_to(const sys::Fd& file) {
    return [&file](std::string_view piece) { return sys::write_all(file, piece); };
}

/// Every ext4 has that one, and its times are those of the file system.
manifest::ScanSettings settings_for_ext4() {
    return {.filter = {.leaves_out = [](const std::string& path) { return path == "lost+found"; }}};
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

std::string manifest_file(const std::string& stem) { return stem + ".manifest"; }

Result<void> write_record_file(const std::string& path, const std::string& bytes) {
    DIM_TRY(const sys::Fd file, create_record_file(path));
    DIM_CHECK(sys::write_all(file, bytes));
    return sys::fsync(file);
}

Result<std::string> write_tree_record(const manifest::ScannedTree& tree, const std::string& stem) {
    DIM_TRY(const sys::Fd manifest, create_record_file(manifest_file(stem)));
    DIM_TRY(std::string digest, write_text(tree.manifest, writing_to(manifest)));
    DIM_CHECK(sys::fsync(manifest));
    DIM_TRY(const sys::Fd cache, create_record_file(cache_file(stem)));
    DIM_CHECK(write_text(tree.cache, digest, writing_to(cache)));
    DIM_CHECK(sys::fsync(cache));
    return digest;
}

Result<void> remove_tree_record(const std::string& stem) {
    for (const std::string& path : {manifest_file(stem), cache_file(stem)})
        if (auto removed = sys::unlink(path);
            !removed && removed.error().code() != ErrorCode::not_found)
            return removed;
    return {};
}

Result<manifest::ScannedTree> scan_image_tree(const sys::Fd& root,
                                              const manifest::ScannedTree* previous) {
    manifest::ScanSettings settings = settings_for_ext4();
    settings.previous = previous;
    return manifest::scan_tree(root, settings);
}

Result<std::string> record_tree(const sys::Fd& root, const std::string& stem,
                                const std::function<void(std::uint64_t)>& progress) {
    manifest::ScanSettings settings = settings_for_ext4();
    settings.progress = progress;
    DIM_TRY(const manifest::ScannedTree tree, manifest::scan_tree(root, settings));
    return write_tree_record(tree, stem);
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
    DIM_TRY(const manifest::ScannedTree now, scan_image_tree(root, &record.tree));
    return manifest::compare(record.tree.manifest, now.manifest);
}

}  // namespace dim::server
