#include "libdim/changeset/staging.hpp"

#include "libdim/changeset/changeset_reader.hpp"
#include "libdim/changeset/rsync_delta.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_attributes.hpp"
#include "libdim/sys/punch_zeros.hpp"
#include "libdim/sys/remove_tree.hpp"
#include "libdim/sys/tree_writer.hpp"

#include <map>
#include <set>
#include <string_view>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <utility>
#include <vector>

namespace dim::changeset {

using manifest::Entry;
using manifest::EntryType;

namespace {

constexpr std::string_view kPart = ".part";

std::string ready_name(const Outline& outline) {
    return std::string(kStagingName) + name_of(outline);
}

/// A file of the older tree, below ROOT.
Result<sys::Fd> open_older(const sys::Fd& root, const std::string& path) {
    DIM_TRY(sys::Fd file, sys::open_beneath(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    DIM_TRY(const sys::FileStatus status, sys::fstat(file));
    if (!S_ISREG(status.mode))
        return fail(ErrorCode::conflict, manifest::escape(path) + " is no file any more");
    return file;
}

/// Of the file that is number COUNT with the content of ENTRY.
std::string staged_name(const Entry& entry, std::size_t count) {
    return tls::to_hex(entry.sha256) + (count == 0 ? "" : "." + std::to_string(count));
}

Result<void> check_content(const sys::Fd& file, const Content& content) {
    std::vector<char> piece(kPiece);
    tls::Sha256 hash;
    std::uint64_t offset = 0;
    for (;;) {
        DIM_TRY(const std::size_t count, sys::read_at(file, piece, offset));
        if (count == 0) break;
        hash.add({piece.data(), count});
        offset += count;
    }
    if (offset == content.size && hash.finish() == content.sha256) return {};
    return fail(ErrorCode::invalid_input, "a content is not what its digest says");
}

Result<void> write_whole(ChangesetReader& reader, const sys::Fd& file) {
    std::vector<char> piece(kPiece);
    for (;;) {
        DIM_TRY(const std::size_t count, reader.read(piece));
        if (count == 0) return {};
        DIM_CHECK(sys::write_all(file, {piece.data(), count}));
    }
}

sys::FileAttributes attributes_of(const Entry& entry, mode_t type) {
    return {.mode = type | entry.mode,
            .owner = entry.owner,
            .group = entry.group,
            .modified = entry.modified,
            .extended = entry.attributes};
}

}  // namespace

bool Staging::is_ready(const sys::Fd& root, const Outline& outline) {
    const auto status = sys::fstatat(root, ready_name(outline));
    return status && S_ISDIR(status->mode);
}

Result<Staging> Staging::open(const sys::Fd& root, const Outline& outline) {
    std::string name = ready_name(outline);
    if (is_ready(root, outline)) {
        DIM_TRY(sys::Fd directory, sys::openat(root, name, O_RDONLY | O_DIRECTORY));
        DIM_CHECK(manifest::remove_unfinished(root, outline.newer));
        Staging staging(root, outline, std::move(directory), std::move(name));
        staging.is_resumed_ = true;
        return staging;
    }
    name += kPart;
    DIM_CHECK(sys::remove_tree(root, name));
    DIM_CHECK(sys::mkdirat(root, name, 0700));
    DIM_TRY(sys::Fd directory, sys::openat(root, name, O_RDONLY | O_DIRECTORY));
    return Staging(root, outline, std::move(directory), std::move(name));
}

Result<void> Staging::fill(const sys::Fd& file, std::size_t contents, const Progress& progress) {
    DIM_TRY(ChangesetReader reader, ChangesetReader::open(file));
    for (std::size_t done = 0;; ++done) {
        DIM_TRY(const auto content, reader.next());
        if (!content) break;
        progress("stage", done, contents);
        DIM_CHECK(add(*content, reader));
    }
    DIM_CHECK(copy_repeated());
    DIM_CHECK(sys::syncfs(*root_));
    std::string ready = ready_name(*outline_);
    DIM_CHECK(sys::renameat(*root_, name_, *root_, ready));
    name_ = std::move(ready);
    return sys::fsync(*root_);
}

Result<void> Staging::add(const Content& content, ChangesetReader& reader) {
    DIM_TRY(const sys::Fd file,
            sys::openat(directory_, tls::to_hex(content.sha256), O_RDWR | O_CREAT | O_EXCL, 0600));
    switch (content.form) {
        case Form::whole: DIM_CHECK(write_whole(reader, file)); break;
        case Form::same: {
            DIM_TRY(const sys::Fd older, open_older(*root_, content.path));
            DIM_TRY([[maybe_unused]] const auto method, sys::copy_file(older, file));
            break;
        }
        case Form::delta: {
            DIM_TRY(const sys::Fd older, open_older(*root_, content.path));
            DIM_CHECK(apply_delta(
                older, [&](std::span<char> buffer) { return reader.read(buffer); }, content.size,
                [&](std::string_view bytes) { return sys::write_all(file, bytes); }));
            break;
        }
    }
    DIM_CHECK(check_content(file, content));
    return sys::punch_zeros(file);
}

/// For each further file that has the same content, so that nothing needs space later.
Result<void> Staging::copy_repeated() {
    std::map<tls::Sha256Digest, std::size_t> counts;
    for (const Entry* entry : needed_files(*outline_)) {
        const std::size_t count = counts[entry->sha256]++;
        if (count == 0) continue;
        DIM_TRY(const sys::Fd first, sys::openat(directory_, staged_name(*entry, 0), O_RDONLY));
        DIM_TRY(const sys::Fd copy, sys::openat(directory_, staged_name(*entry, count),
                                                O_RDWR | O_CREAT | O_EXCL, 0600));
        DIM_TRY([[maybe_unused]] const auto method, sys::copy_file(first, copy));
    }
    return {};
}

Result<void> Staging::provide(const Entry& entry, const sys::Fd& directory,
                              const std::string& name) {
    if (entry.type == EntryType::file) return provide_file(entry, directory, name);
    DIM_TRY(sys::Fd same, sys::dup(directory));
    sys::TreeWriter writer(std::move(same), sys::TreeWriter::Links::refused);
    const dev_t device = ::makedev(entry.device_major, entry.device_minor);
    switch (entry.type) {
        case EntryType::symlink:
            return writer.symlink(name, entry.target, attributes_of(entry, S_IFLNK));
        case EntryType::block_device:
            return writer.special(name, device, attributes_of(entry, S_IFBLK));
        case EntryType::character_device:
            return writer.special(name, device, attributes_of(entry, S_IFCHR));
        case EntryType::fifo: return writer.special(name, 0, attributes_of(entry, S_IFIFO));
        case EntryType::socket: return writer.special(name, 0, attributes_of(entry, S_IFSOCK));
        case EntryType::file:
        case EntryType::directory: break;
    }
    return fail(ErrorCode::internal, "a directory is not provided");
}

Result<void> Staging::check_resumed(const sys::Fd& file, const Entry& entry) const {
    DIM_TRY(const sys::FileStatus status, sys::fstat(file));
    if (S_ISREG(status.mode) &&
        check_content(file, {.sha256 = entry.sha256, .size = entry.size, .path = {}}))
        return {};
    return fail(Error(ErrorCode::conflict, "what was staged for it was changed since")
                    .with_cure("remove " + name_ +
                               " from the tree; 'dim changeset verify' tells "
                               "then what is to be put right by hand"));
}

/// A staged file that no other one is yet: it becomes the file itself.
Result<void> Staging::provide_file(const Entry& entry, const sys::Fd& directory,
                                   const std::string& name) {
    for (std::size_t& next = next_[entry.sha256];; ++next) {
        const std::string staged = staged_name(entry, next);
        DIM_TRY(const sys::Fd content, sys::openat(directory_, staged, O_RDONLY | O_NONBLOCK));
        DIM_TRY(const sys::FileStatus status, sys::fstat(content));
        if (status.links != 1) continue;
        if (is_resumed_) DIM_CHECK(check_resumed(content, entry));
        DIM_CHECK(sys::linkat(directory_, staged, directory, name));
        return sys::replace_attributes(content, attributes_of(entry, S_IFREG));
    }
}

Result<void> Staging::remove() { return sys::remove_tree(*root_, name_); }

}  // namespace dim::changeset
