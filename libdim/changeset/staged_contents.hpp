#pragma once

#include "libdim/changeset/content.hpp"
#include "libdim/changeset/create_changeset.hpp"
#include "libdim/changeset/outline.hpp"
#include "libdim/changeset/rsync_delta.hpp"
#include "libdim/manifest/manifest.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace dim::changeset {

class ChangesetReader;

/// The contents that a changeset makes, each a file of its own in one directory.
class StagedContents {
public:
    /// A file of the older tree, by its path. Any thread may call. Errors: not_found, conflict.
    using OpenOlder = std::function<Result<sys::Fd>(const std::string& path)>;

    explicit StagedContents(sys::Fd directory) : directory_(std::move(directory)) {}

    /// Makes all contents of the changeset of READER, of which nothing but the outline was read.
    /// When it is done the changeset is whole, and each content what its digest says. Errors: those
    /// of ChangesetReader; limit_exceeded when the disk is full.
    Result<void> fill(ChangesetReader& reader, const OpenOlder& open_older,
                      const Progress& progress) const;
    const sys::Fd& directory() const { return directory_; }
    /// What the file with the content of ENTRY is called.
    static std::string name_of(const manifest::Entry& entry);

private:
    /// BYTES are those that follow the content.
    Result<void> add(const Content& content, const Source& bytes,
                     const OpenOlder& open_older) const;
    sys::Fd directory_;
};

/// Whether FILE has the content that CONTENT says.
Result<bool> has_content(const sys::Fd& file, const Content& content);

/// Makes NAME in DIRECTORY what ENTRY is, which is neither a file nor a directory.
Result<void> make_special(const manifest::Entry& entry, const sys::Fd& directory,
                          const std::string& name);
/// Gives FILE all that ENTRY says besides its content.
Result<void> set_attributes(const sys::Fd& file, const manifest::Entry& entry);

}  // namespace dim::changeset
