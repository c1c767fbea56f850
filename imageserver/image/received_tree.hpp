#pragma once

#include "imageserver/image/generation_files.hpp"
#include "imageserver/image/master_tree.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/base/result.hpp"
#include "libdim/changeset/outline.hpp"
#include "libdim/sys/fd.hpp"

namespace dim::server {

/// Makes what CHANGESET, whose outline is OUTLINE, brings for IMAGE at ImagePaths::captured: the
/// files of the newer tree that the older one has not, as a master that lacks all others. OLDER is
/// the older tree, or none when the changeset is whole. Each content is what its digest says.
///
/// Errors: invalid_input when the changeset is damaged; conflict when OLDER is not what it was made
/// of; limit_exceeded when it does not fit.
Result<MasterTree> unpack_changeset(const changeset::Outline& outline, const sys::Fd& changeset,
                                    GenerationTree* older, const model::ImageName& image,
                                    const ImagePaths& paths, const Progress& progress);

}  // namespace dim::server
