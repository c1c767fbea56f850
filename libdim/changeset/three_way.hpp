#pragma once

#include "libdim/base/result.hpp"
#include "libdim/changeset/outline.hpp"
#include "libdim/manifest/manifest.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dim::changeset {

/// What decides where a tree has changes of its own.
struct ThreeWayRules {
    /// Why a path stays as it is, whatever the newer tree has; none: it does not.
    std::function<std::optional<std::string>(const std::string& path, bool is_directory)> kept_out;
    struct Merged {
        manifest::Entry entry;  ///< the file that has what both sides changed
        std::vector<std::string> conflicts;
    };
    /// Three files of one path that differ from each other become one; none when they cannot.
    std::function<Result<std::optional<Merged>>(
        const manifest::Entry& older, const manifest::Entry& newer, const manifest::Entry& have)>
        merge;
    /// A path that was changed on both sides becomes what the newer tree has.
    bool overwrites = false;
    /// A change to the newer tree was interrupted: times of directories may be of that, and not
    /// their own; so may attributes of directories, and the want of what was to be replaced.
    bool is_resumed = false;
};

/// A path that does not become what the newer tree has, and why; a path of "" is the root.
struct KeptPath {
    std::string path;
    std::string reason;

    bool operator==(const KeptPath&) const = default;
};

/// What a tree with changes of its own becomes.
struct ThreeWay {
    /// At the paths of the outline, and nothing else.
    manifest::Manifest want;
    /// Directories of `want` that keep a time of change of their own: it becomes now when anything
    /// in them changes.
    std::set<std::string> own_times;
    std::vector<KeptPath> conflicts;  ///< changed on both sides
    std::vector<KeptPath> kept_out;   ///< by a rule
    std::vector<std::string> merged;
    /// What differs between the two, and is, or becomes, as the newer one says; by path.
    std::vector<std::string> settled;
};

/// Decides for each path of OUTLINE between its older tree, its newer one and what a third tree,
/// which came from the older one, HAS there (read_paths):
///
///   it has what the older one has  → it becomes what the newer one has
///   it has what the newer one has  → the same
///   a rule keeps it out            → it stays
///   both changed it                → they are merged, or it stays and is a conflict
///
/// The time of a file's last change alone is no change of the tree's own. A directory in which the
/// tree has something of its own (FOREIGN: names_that_would_go) stays; what is to be in a directory
/// that the tree has no more is left out. Errors: those of the rules.
Result<ThreeWay> decide(const Outline& outline, const manifest::Manifest& have,
                        const std::vector<std::string>& foreign, const ThreeWayRules& rules);

}  // namespace dim::changeset
