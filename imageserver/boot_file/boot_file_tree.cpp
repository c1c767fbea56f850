#include "imageserver/boot_file/boot_file_tree.hpp"

#include "imageserver/boot_file/boot_file_assembly.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <filesystem>

namespace dim::server {

namespace {

/// What the file was called before there were platforms in the tree.
constexpr const char* kOldFileName = "zImage";

/// Deletes PARENT/NAME, which has one boot file, unless it is current or was replaced after
/// BEFORE_US.
Result<void> collect_directory(const std::string& root, const std::string& parent,
                               const std::string& name, BootFileCatalog& catalog,
                               std::int64_t before_us) {
    const std::string path = parent + "/" + name;
    const auto files = sys::list_names(root + "/" + path);
    const std::string file =
        path + "/" + (!files || files->empty() ? kOldFileName : files->front());
    DIM_TRY(const sys::Fd directory, sys::open_directory(root + "/" + parent));
    DIM_TRY(const sys::FileStatus status, sys::fstatat(directory, name));
    // One without a row was made by a daemon that was killed before it could say so.
    DIM_TRY(const std::int64_t last_used_us, catalog.last_used_us(file, status.modified_us));
    if (last_used_us >= before_us) return {};
    DIM_CHECK(sys::remove_tree(directory, name));
    return catalog.forget(file);
}

}  // namespace

BootFilePlace BootFilePlace::of(const std::string& path) {
    const std::filesystem::path whole(path);
    return {.parent = whole.parent_path().parent_path(),
            .name = whole.parent_path().filename(),
            .file_name = whole.filename()};
}

BootFilePlace place_of(const model::ImageName& image, model::Generation generation,
                       const model::Platform& platform, const std::string& sha256) {
    return {.parent = image.text() + "/" + to_string(generation),
            .name = std::string(to_string(platform.architecture)) + "-" + sha256.substr(0, 8),
            .file_name = std::string(boot_file_name(platform.boot_file))};
}

Result<void> install_boot_file(const std::string& work, const std::string& root,
                               const BootFilePlace& place) {
    const std::string file = work + "/" + kStagedBootFile;
    const std::string staged = work + "/staged";
    const std::string parent = root + "/" + place.parent;
    const std::string directory = parent + "/" + place.name;
    DIM_CHECK(sys::chmod(file, 0644));
    DIM_CHECK(sys::fsync(file));
    DIM_CHECK(sys::ensure_directory(parent));
    if (sys::stat(directory)) {
        DIM_CHECK(sys::rename(file, directory + "/" + place.file_name));
        return sys::fsync(directory);
    }
    DIM_CHECK(sys::mkdir(staged));
    DIM_CHECK(sys::chmod(staged, 0755));
    DIM_CHECK(sys::rename(file, staged + "/" + place.file_name));
    DIM_CHECK(sys::fsync(staged));
    DIM_CHECK(sys::rename(staged, directory));
    DIM_CHECK(sys::fsync(parent));
    // BOOT/IMAGE/GENERATION is often as new as what is in it.
    DIM_CHECK(sys::fsync(parent + "/.."));
    return sys::fsync(parent + "/../..");
}

Result<void> collect_boot_files(const std::string& root, const std::string& image,
                                const std::string& generation, BootFileCatalog& catalog,
                                std::int64_t before_us) {
    const std::string path = image + "/" + generation;
    // Before there were platforms in the tree, the generation's directory had the file.
    if (sys::stat(root + "/" + path + "/" + kOldFileName))
        return collect_directory(root, image, generation, catalog, before_us);
    DIM_TRY(const auto names, sys::list_names(root + "/" + path));
    for (const std::string& name : names)
        DIM_CHECK(collect_directory(root, path, name, catalog, before_us));
    DIM_TRY(const auto left, sys::list_names(root + "/" + path));
    return left.empty() ? sys::rmdir(root + "/" + path) : Result<void>();
}

}  // namespace dim::server
