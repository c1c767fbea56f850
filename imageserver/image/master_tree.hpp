#pragma once

#include "imageserver/image/image_paths.hpp"
#include "imageserver/master/capture.hpp"
#include "imageserver/service/notes.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/manifest/manifest.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/tree_copy.hpp"

namespace dim::server {

/// The tree that a generation is made of, captured and fit for it.
struct MasterTree {
    Master master;
    sys::Fd root;
};

/// Captures SOURCE for IMAGE, of which the name, the architecture and init matter. Whatever has to
/// be unpacked is so at ImagePaths::captured, and goes with the MasterTree. PLAN, if any, says what
/// of a machine has to come.
///
/// Errors: those of capture(); invalid_input when the tree contains the state directory; not_found
/// when it has no program IMAGE.init.
Result<MasterTree> capture_master(const api::ImageSummary& image, const api::ImageSource& source,
                                  const ImagePaths& paths, const Progress& progress,
                                  FetchPlan* plan);

/// Errors: not_found when TREE, of SOURCE, has no program INIT.
Result<void> check_init(const manifest::Manifest& tree, const model::MasterSource& source,
                        const std::string& init);

/// Deletes what a killed capture_master() left, as the next one does.
Result<void> discard_captured(const model::ImageName& image, const ImagePaths& paths);

/// What a person should know of the capture, with what did not hold still.
Notes notes_of(const Master& master, const sys::UnsteadyFiles& unsteady);

}  // namespace dim::server
