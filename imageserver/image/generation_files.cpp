#include "imageserver/image/generation_files.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <utility>

namespace dim::server {

using manifest::Entry;
using manifest::TreeSource;

bool GenerationTree::is_shared(std::string_view path) const {
    return std::ranges::find(shared_, top_of(path)) != shared_.end();
}

Result<sys::Fd> GenerationTree::open(const Entry& entry) const {
    for (const sys::Fd& root : is_shared(entry.path) ? shared_roots_ : golden_roots_) {
        auto file = sys::open_beneath(root, entry.path, O_RDONLY | O_NONBLOCK);
        if (file || file.error().code() != ErrorCode::not_found) return file;
    }
    return fail(ErrorCode::not_found, "the file is missing");
}

Result<void> GenerationTree::provide(const Entry& entry, const sys::Fd& directory,
                                     const std::string& name) {
    std::vector<sys::Fd> roots;
    for (const sys::Fd& root : is_shared(entry.path) ? shared_roots_ : golden_roots_) {
        DIM_TRY(sys::Fd same, sys::dup(root));
        roots.push_back(std::move(same));
    }
    return TreeSource(std::move(roots), TreeSource::Take::copies).provide(entry, directory, name);
}

GenerationFiles::GenerationFiles(model::ImageName image, model::Generation newest,
                                 const ImagePaths& paths)
    : image_(std::move(image)), newest_(newest), paths_(&paths) {}

GenerationFiles::~GenerationFiles() { static_cast<void>(close()); }

Result<std::vector<sys::Fd>> GenerationFiles::roots(ImagePart part,
                                                    model::Generation number) const {
    const TreeGenerations generations(part, image_, *paths_);
    DIM_CHECK(generations.open_file_system());
    DIM_TRY(auto roots, generations.past_roots(number, newest_));
    DIM_TRY(sys::Fd live, generations.open_tree(newest_));
    roots.push_back(std::move(live));
    return roots;
}

Result<GenerationTree*> GenerationFiles::tree(model::Generation number,
                                              std::vector<std::string> shared) {
    auto tree = std::make_unique<GenerationTree>();
    SplitTree split;
    DIM_TRY(split.shared,
            TreeGenerations(ImagePart::shared, image_, *paths_).manifest_of(number, newest_));
    DIM_TRY(split.golden,
            TreeGenerations(ImagePart::golden, image_, *paths_).manifest_of(number, newest_));
    tree->manifest_ = whole_tree(split);
    tree->shared_ = std::move(shared);
    DIM_TRY(tree->shared_roots_, roots(ImagePart::shared, number));
    DIM_TRY(tree->golden_roots_, roots(ImagePart::golden, number));
    return trees_.emplace_back(std::move(tree)).get();
}

Result<void> GenerationFiles::close() {
    trees_.clear();
    return TreeGenerations(ImagePart::golden, image_, *paths_).close_file_system();
}

}  // namespace dim::server
