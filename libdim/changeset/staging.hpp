#pragma once

#include "libdim/changeset/create_changeset.hpp"
#include "libdim/changeset/outline.hpp"
#include "libdim/changeset/staged_contents.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace dim::changeset {

/// The contents that a changeset makes, below the root that they are for: ".dim-changeset-…", a
/// directory with a file for each file that is needed, named by its digest. Its last letters are
/// name_of() the outline once all contents are in it and on the device; and ".part" before.
class [[nodiscard]] Staging final : public manifest::FileSource {
public:
    /// Whether there is one that was filled.
    static bool is_ready(const sys::Fd& root, const Outline& outline);
    /// The one that was filled, with no trace left of where an apply was interrupted; or an empty
    /// one. Both references outlive this.
    static Result<Staging> open(const sys::Fd& root, const Outline& outline);

    /// Makes all contents of the changeset FILE. Errors: those of StagedContents::fill().
    Result<void> fill(const sys::Fd& file, const Progress& progress);
    Result<void> provide(const manifest::Entry& entry, const sys::Fd& directory,
                         const std::string& name) override;
    /// Nothing is left of it.
    Result<void> remove();

private:
    Staging(const sys::Fd& root, const Outline& outline, sys::Fd directory, std::string name)
        : root_(&root),
          outline_(&outline),
          contents_(std::move(directory)),
          name_(std::move(name)) {}
    Result<void> copy_repeated();
    Result<void> check_resumed(const sys::Fd& file, const manifest::Entry& entry) const;
    Result<void> provide_file(const manifest::Entry& entry, const sys::Fd& directory,
                              const std::string& name);

    const sys::Fd* root_;
    const Outline* outline_;
    StagedContents contents_;
    std::string name_;
    /// By content: how many of its files are taken already.
    std::map<tls::Sha256Digest, std::size_t> next_;
    bool is_resumed_ = false;  ///< somebody may have written to its files since they were made
};

}  // namespace dim::changeset
