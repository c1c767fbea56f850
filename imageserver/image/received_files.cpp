#include "imageserver/image/received_files.hpp"

#include "imageserver/image/disk_space.hpp"
#include "libdim/changeset/outline.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <filesystem>
#include <utility>

namespace dim::server {

using manifest::Entry;
using manifest::EntryType;

namespace {

/// What the changeset takes away, or is made of, is what it was made from.
Result<void> check_older(const GenerationTree& older, const changeset::Outline& outline) {
    for (const Entry& entry : outline.older.entries) {
        if (entry.type != EntryType::file) continue;
        DIM_TRY(const sys::Fd file, older.open(entry));
        DIM_TRY(
            const bool is_right,
            changeset::has_content(file, {.sha256 = entry.sha256, .size = entry.size, .path = {}}));
        if (is_right) continue;
        return fail(Error(ErrorCode::conflict,
                          manifest::escape(entry.path) + " was changed here since it was made")
                        .with_cure("the image is brought whole"));
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<ReceivedFiles>> ReceivedFiles::unpack(changeset::ChangesetReader& changeset,
                                                             const GenerationTree* older,
                                                             const model::ImageName& image,
                                                             const ImagePaths& paths,
                                                             const Progress& progress) {
    DIM_CHECK(discard_captured(image, paths));
    if (older != nullptr) DIM_CHECK(check_older(*older, changeset.outline()));
    DIM_CHECK(check_space(paths.images(), totals(changeset.outline().newer).bytes));
    DIM_CHECK(sys::mkdir(paths.captured(image), 0700));
    std::string path = paths.captured(image) + "/contents";
    DIM_CHECK(sys::mkdir(path, 0700));
    DIM_TRY(sys::Fd directory, sys::open_directory(path));
    std::unique_ptr<ReceivedFiles> files(new ReceivedFiles(std::move(path), std::move(directory)));
    const auto open_older = [older](const std::string& name) -> Result<sys::Fd> {
        if (older == nullptr) return fail(ErrorCode::not_found, "there is no older tree");
        Entry entry;
        entry.path = name;
        return older->open(entry);
    };
    DIM_CHECK(files->contents_.fill(changeset, open_older, progress));
    return files;
}

/// What stays, the next capture removes.
ReceivedFiles::~ReceivedFiles() {
    static_cast<void>(sys::remove_tree(path_));
    // Of a whole tree, that is beside it.
    static_cast<void>(sys::rmdir(std::filesystem::path(path_).parent_path()));
}

Result<void> ReceivedFiles::provide(const Entry& entry, const sys::Fd& directory,
                                    const std::string& name) {
    if (entry.type != EntryType::file) return changeset::make_special(entry, directory, name);
    const std::string content_name = changeset::StagedContents::name_of(entry);
    DIM_TRY(const sys::Fd content,
            sys::openat(contents_.directory(), content_name, O_RDONLY | O_NOFOLLOW));
    DIM_TRY(const sys::FileStatus status, sys::fstat(content));
    // Of the same file system, and nobody's yet: it becomes the file itself.
    if (status.links == 1 && sys::linkat(contents_.directory(), content_name, directory, name))
        return changeset::set_attributes(content, entry);
    DIM_TRY(const sys::Fd file,
            sys::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    DIM_TRY([[maybe_unused]] const auto method, sys::copy_file(content, file));
    return changeset::set_attributes(file, entry);
}

Result<MasterTree> unpack_whole(changeset::ChangesetReader& changeset,
                                const model::ImageName& image, const ImagePaths& paths,
                                const Progress& progress) {
    DIM_TRY(const auto files, ReceivedFiles::unpack(changeset, nullptr, image, paths, progress));
    Master master = Master::unpacked(paths.captured(image));
    DIM_CHECK(sys::mkdir(master.directory(), 0755));
    DIM_TRY(sys::Fd root, sys::open_directory(master.directory()));
    const manifest::Manifest& want = changeset.outline().newer;
    const manifest::Manifest nothing{{changeset.outline().older.entries.front()}};
    DIM_CHECK(carry_out(plan_change(nothing, want), root, *files, {}));
    return MasterTree{std::move(master), std::move(root)};
}

}  // namespace dim::server
