#include "imageserver/look/blade_view.hpp"

#include "imageserver/look/asked_path.hpp"
#include "libdim/base/text.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>

namespace dim::server {

namespace {

std::unexpected<Error> link_on_the_way(const sys::Fd& directory, const std::string& name,
                                       const std::string& link, std::string_view rest) {
    DIM_TRY(const std::string target, sys::read_link(directory, name));
    const std::string instead = link_destination(link, target + "/" + std::string(rest));
    return fail(Error(ErrorCode::conflict, asked_path_text(link) + " is a symbolic link to " +
                                               manifest::escape(target) + ", which is not followed")
                    .with_cure("ask for " + instead));
}

}  // namespace

Result<std::vector<std::string>> shared_directories_of(const Images& images,
                                                       const api::BladeImage& image) {
    DIM_TRY(api::ImageSummary summary, images.image(image.image, image.generation));
    return std::move(summary.shared);
}

Result<sys::Fd> open_private_root(Images& images, const api::BladeImage& image) {
    DIM_CHECK(images.ensure_ready(image.blade, image.image));
    const std::string mount_point = images.mount_point(image.blade, image.image);
    DIM_TRY(sys::Fd root, sys::open_directory(mount_point));
    DIM_TRY(const sys::FileStatus status, sys::fstat(root));
    DIM_TRY(const sys::FileStatus above,
            sys::stat(std::filesystem::path(mount_point).parent_path().string()));
    if (status.device != above.device) return root;
    return fail(Error(ErrorCode::conflict, "no blade image is mounted at " + mount_point)
                    .with_cure("try again; 'dim blade list' shows what keeps it"));
}

Result<BladeView> BladeView::open(Images& images, const api::BladeImage& image) {
    DIM_TRY(auto directories, shared_directories_of(images, image));
    DIM_TRY(sys::Fd own, open_private_root(images, image));
    DIM_CHECK(images.ensure_shared_ready(image.image, image.generation));
    DIM_TRY(sys::Fd shared,
            sys::open_directory(images.shared_mount_point(image.image, image.generation)));
    return BladeView(std::move(directories), std::move(shared), std::move(own));
}

bool BladeView::is_shared(std::string_view path) const {
    const std::string_view first = path.substr(0, path.find('/'));
    return std::ranges::find(directories_, first) != directories_.end();
}

std::string link_destination(const std::string& path, const std::string& target) {
    namespace fs = std::filesystem;
    // Lexically: what else is a link on the way is told when it is asked for.
    const fs::path from = fs::path("/" + path).parent_path();
    const std::string leads = (from / target).lexically_normal().string();
    const std::size_t begin = leads.find_first_not_of('/');
    if (begin == std::string::npos) return "/";
    const std::size_t end = leads.find_last_not_of('/') + 1;
    return asked_path_text(std::string_view(leads).substr(begin, end - begin));
}

Result<std::optional<FoundName>> find_name(const sys::Fd& tree, const std::string& path) {
    DIM_TRY(sys::Fd directory, sys::dup(tree));
    std::size_t begin = 0;
    for (;;) {
        const std::size_t end = path.find('/', begin);
        std::string name = path.substr(begin, end - begin);
        if (end == std::string::npos) return FoundName{std::move(directory), std::move(name)};
        const auto status = sys::fstatat(directory, name);
        if (!status && status.error().code() == ErrorCode::not_found) return std::nullopt;
        if (!status) return fail(Error(status.error()).with_context(asked_path_text(path)));
        if (S_ISLNK(status->mode))
            return link_on_the_way(directory, name, path.substr(0, end), path.substr(end + 1));
        if (!S_ISDIR(status->mode)) return std::nullopt;
        auto next = sys::openat(directory, name, O_RDONLY | O_DIRECTORY);
        if (!next) return fail(std::move(next).error().with_context(asked_path_text(path)));
        directory = *std::move(next);
        begin = end + 1;
    }
}

Result<std::optional<manifest::Entry>> entry_at(const sys::Fd& tree, const std::string& path,
                                                manifest::Content content) {
    if (path.empty()) {
        DIM_TRY(manifest::ReadEntry root, manifest::read_root(tree));
        return std::move(root.entry);
    }
    DIM_TRY(const std::optional<FoundName> found, find_name(tree, path));
    if (!found) return std::nullopt;
    DIM_TRY(const sys::FileStatus status, sys::fstat(tree));
    DIM_TRY(auto read,
            manifest::read_entry(found->directory, found->name, path, status.device, content));
    if (!read) return std::nullopt;
    return std::move(read->entry);
}

}  // namespace dim::server
