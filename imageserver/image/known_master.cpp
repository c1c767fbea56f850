#include "imageserver/image/known_master.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

namespace dim::server {

namespace {

/// Of which master the record is.
std::string source_file(const ImagePaths& paths, const model::ImageName& image) {
    return paths.master_record(image) + ".source";
}

}  // namespace

std::optional<TreeRecord> known_master(const ImagePaths& paths, const model::ImageName& image,
                                       const model::MasterSource& source) {
    const auto known = sys::read_file(source_file(paths, image));
    if (!known || *known != to_string(source)) return std::nullopt;
    return read_tree_record(paths.master_record(image)).value_or(std::nullopt);
}

Result<std::string> remember_master(const ImagePaths& paths, const model::ImageName& image,
                                    const model::MasterSource& source,
                                    const manifest::ScannedTree& tree) {
    forget_master(paths, image);
    DIM_TRY(std::string digest, write_tree_record(tree, paths.master_record(image)));
    DIM_CHECK(write_record_file(source_file(paths, image), to_string(source)));
    return digest;
}

void forget_master(const ImagePaths& paths, const model::ImageName& image) {
    // Without this one the others count for nothing.
    (void)sys::unlink(source_file(paths, image));
    (void)remove_tree_record(paths.master_record(image));
}

}  // namespace dim::server
