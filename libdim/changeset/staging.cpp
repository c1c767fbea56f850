#include "libdim/changeset/staging.hpp"

#include "libdim/changeset/changeset_reader.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <map>
#include <set>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace dim::changeset {

using manifest::Entry;
using manifest::EntryType;

namespace {

constexpr std::string_view kPart = ".part";

std::string ready_name(const Outline& outline) {
    return std::string(kStagingName) + name_of(outline);
}

/// Of the file that is number COUNT with the content of ENTRY.
std::string staged_name(const Entry& entry, std::size_t count) {
    return StagedContents::name_of(entry) + (count == 0 ? "" : "." + std::to_string(count));
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

Result<void> Staging::fill(const sys::Fd& file, const Progress& progress) {
    DIM_TRY(ChangesetReader reader, ChangesetReader::open(file));
    DIM_CHECK(contents_.fill(
        reader,
        [this](const std::string& path) {
            return sys::open_beneath(*root_, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        },
        progress));
    DIM_CHECK(copy_repeated());
    DIM_CHECK(sys::syncfs(*root_));
    std::string ready = ready_name(*outline_);
    DIM_CHECK(sys::renameat(*root_, name_, *root_, ready));
    name_ = std::move(ready);
    return sys::fsync(*root_);
}

/// For each further file that has the same content, so that nothing needs space later.
Result<void> Staging::copy_repeated() {
    std::map<tls::Sha256Digest, std::size_t> counts;
    for (const Entry* entry : needed_files(*outline_)) {
        const std::size_t count = counts[entry->sha256]++;
        if (count == 0) continue;
        DIM_TRY(const sys::Fd first,
                sys::openat(contents_.directory(), staged_name(*entry, 0), O_RDONLY));
        DIM_TRY(const sys::Fd copy, sys::openat(contents_.directory(), staged_name(*entry, count),
                                                O_RDWR | O_CREAT | O_EXCL, 0600));
        DIM_TRY([[maybe_unused]] const auto method, sys::copy_file(first, copy));
    }
    return {};
}

Result<void> Staging::provide(const Entry& entry, const sys::Fd& directory,
                              const std::string& name) {
    if (entry.type == EntryType::file) return provide_file(entry, directory, name);
    return make_special(entry, directory, name);
}

Result<void> Staging::check_resumed(const sys::Fd& file, const Entry& entry) const {
    DIM_TRY(const sys::FileStatus status, sys::fstat(file));
    DIM_TRY(const bool has_its_content,
            has_content(file, {.sha256 = entry.sha256, .size = entry.size, .path = {}}));
    if (S_ISREG(status.mode) && has_its_content) return {};
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
        DIM_TRY(const sys::Fd content,
                sys::openat(contents_.directory(), staged, O_RDONLY | O_NONBLOCK));
        DIM_TRY(const sys::FileStatus status, sys::fstat(content));
        if (status.links != 1) continue;
        if (is_resumed_) DIM_CHECK(check_resumed(content, entry));
        DIM_CHECK(sys::linkat(contents_.directory(), staged, directory, name));
        return set_attributes(content, entry);
    }
}

Result<void> Staging::remove() { return sys::remove_tree(*root_, name_); }

}  // namespace dim::changeset
