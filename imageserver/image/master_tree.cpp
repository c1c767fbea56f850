#include "imageserver/image/master_tree.hpp"

#include "imageserver/image/disk_space.hpp"
#include "libdim/base/text.hpp"
#include "libdim/manifest/resolve.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <utility>

namespace dim::server {

namespace {

/// A tree that the state directory is part of would be copied into itself.
Result<void> check_apart(const std::string& directory, const std::string& state) {
    std::error_code error;
    const std::filesystem::path tree = std::filesystem::canonical(directory, error);
    if (error) return fail(Error::from_errno(error.value(), directory));
    const std::filesystem::path own = std::filesystem::canonical(state, error);
    if (error) return fail(Error::from_errno(error.value(), state));
    if (std::ranges::mismatch(tree, own).in1 != tree.end()) return {};
    return fail(Error(ErrorCode::invalid_input,
                      directory + " contains the image server's own state directory " + state)
                    .with_cure("copy the distribution to a directory of its own first"));
}

Result<void> found_init(bool is_found, const model::MasterSource& source, const std::string& init) {
    if (is_found) return {};
    return fail(
        Error(ErrorCode::not_found, "below " + to_string(source) + " there is no program " + init)
            .with_cure("name the distribution's init as it is seen from its root"));
}

Result<void> check_init(const sys::Fd& root, const model::MasterSource& source,
                        const std::string& init) {
    const Result<sys::Fd> program = sys::open_in_root(root, init, O_PATH);
    Result<sys::FileStatus> status = fail(ErrorCode::not_found, "");
    if (program) status = sys::fstat(*program);
    return found_init(status && S_ISREG(status->mode) && (status->mode & 0111) != 0, source, init);
}

}  // namespace

Result<MasterTree> capture_master(const api::ImageSummary& image, const api::ImageSource& source,
                                  const ImagePaths& paths, const Progress& progress,
                                  FetchPlan* plan) {
    progress("look at " + to_string(source.source), 0, 0);
    DIM_CHECK(discard_captured(image.name, paths));
    DIM_TRY(const sys::SpaceInfo space, sys::statfs(paths.images()));
    DIM_TRY(Master master, capture(source.source,
                                   {.architecture = image.architecture,
                                    .exclude = source.exclude,
                                    .one_file_system = source.one_file_system,
                                    .kept_free_bytes = low_water(space.total_bytes),
                                    .plan = plan},
                                   paths.captured(image.name), progress));
    if (master.is_in_place()) DIM_CHECK(check_apart(master.directory(), paths.state()));
    DIM_TRY(sys::Fd root, sys::open_directory(master.directory()));
    if (!master.is_partial()) DIM_CHECK(check_init(root, source.source, image.init));
    return MasterTree{std::move(master), std::move(root)};
}

Result<void> check_init(const manifest::Manifest& tree, const model::MasterSource& source,
                        const std::string& init) {
    const manifest::Entry* program = resolve(tree, init);
    return found_init(program != nullptr && program->type == manifest::EntryType::file &&
                          (program->mode & 0111) != 0,
                      source, init);
}

Result<void> discard_captured(const model::ImageName& image, const ImagePaths& paths) {
    return sys::remove_tree(paths.captured(image));
}

Notes notes_of(const Master& master, const sys::UnsteadyFiles& unsteady) {
    Notes notes = master.notes();
    if (unsteady.vanished != 0) {
        notes.push_back(std::to_string(unsteady.vanished) +
                        " files vanished while they were read, and were left out");
    }
    if (unsteady.changed != 0) {
        std::string note =
            std::to_string(unsteady.changed) + " files were written to each time they were read:";
        for (const std::string& path : unsteady.changed_paths)
            note += " " + printable(path, 200);
        notes.push_back(std::move(note));
    }
    return notes;
}

}  // namespace dim::server
