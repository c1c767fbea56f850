#pragma once

#include "libdim/changeset/changeset_reader.hpp"
#include "libdim/changeset/create_changeset.hpp"
#include "libdim/sys/fd.hpp"

#include <vector>

namespace dim::changeset {

/// How a tree stands to a changeset.
enum class Standing {
    before,      ///< what it changes is as it was in the older tree
    after,       ///< as in the newer one
    unfinished,  ///< an apply was interrupted
    other,       ///< neither
};

struct Look {
    Standing standing = Standing::other;
    /// For other: how the tree differs from the older one, by path.
    std::vector<manifest::Difference> differences;
};

/// Looks at the paths of OUTLINE below ROOT alone; when directories were changed counts for
/// nothing. Errors name the path.
Result<Look> look(const Outline& outline, const sys::Fd& root);

/// Why a tree that stands otherwise cannot be changed.
Error stands_otherwise(const Look& look);

/// Makes the tree below ROOT, which stands before the changeset FILE or is unfinished, what the
/// newer tree is; one that stands after it is left as it is. All contents are made first, in a
/// directory of ROOT that goes at the end, so that a full disk or a damaged changeset is found
/// before anything changes. Interrupted later, at any point, each file is as it was, as it shall
/// be, or not there, and the next apply() of the same changeset goes on. What it did is on the
/// device when it returns. Returns how ROOT stood.
///
/// Paths are reached without following a link, whatever is below ROOT; nobody else may change what
/// the changeset changes meanwhile. Errors: invalid_input for a changeset that is damaged, conflict
/// for a tree that stands otherwise, limit_exceeded when the disk is full.
Result<Standing> apply(const sys::Fd& file, const sys::Fd& root, const Progress& progress);

}  // namespace dim::changeset
