#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/open_parents.hpp"
#include "libdim/manifest/removals.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/sys/fd.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dim::manifest {

/// Puts one entry of a change after the other below a root: each file is made beside the one whose
/// place it takes, and several may wait there for what makes them last (FileSource::settle).
class Puts {
public:
    /// REMOVALS take away what is in the way. All outlive this.
    static Result<Puts> begin(const sys::Fd& root, FileSource& source, Removals& removals);

    /// PUT stays where it is until it waits no more. Errors name the path, escaped; then nothing
    /// waits any more.
    Result<void> put(const TreeChange::Put& put);
    /// Those that wait take their places. Errors: as those of put.
    Result<void> finish();

    /// Whether NAME is one that files have until they take their places.
    static bool is_waiting_name(std::string_view name);

private:
    struct Waiting {
        const TreeChange::Put* put;
        std::string name;  ///< beside its place
    };
    Puts(const sys::Fd& root, FileSource& source, Removals& removals, std::string names)
        : parents_(root),
          leaders_(root),
          source_(&source),
          removals_(&removals),
          names_(std::move(names)) {}
    Result<void> begin_put(const TreeChange::Put& put);
    Result<void> put_directory(const TreeChange::Put& put, const sys::Fd& directory);
    Result<void> make(const TreeChange::Put& put, const sys::Fd& directory,
                      const std::string& name);
    Result<void> take_place(const Waiting& waiting);
    /// Whether PUT may take its place, where nothing that it could not replace is any more.
    Result<bool> make_way(const TreeChange::Put& put, const sys::Fd& directory,
                          const std::string& name);
    std::string next_name() const;
    void discard();

    OpenParents parents_;
    OpenParents leaders_;
    FileSource* source_;
    Removals* removals_;
    std::string names_;  ///< what all names of those that wait begin with
    std::vector<Waiting> waiting_;
};

}  // namespace dim::manifest
