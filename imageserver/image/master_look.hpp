#pragma once

#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/machine_master.hpp"
#include "imageserver/image/master_tree.hpp"
#include "imageserver/image/split_tree.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/manifest/scan_cache.hpp"
#include "libdim/manifest/tree_change.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dim::server {

/// A master as it is now, beside the newest generation of its image.
struct MasterLook {
    api::ImageSummary image;
    api::ImageSource source;
    MasterTree master;
    std::unique_ptr<MachineMaster> machine;  ///< when the master is one
    manifest::ScannedTree scanned;
    std::vector<std::string> shared;
    SplitTree split;
    std::string scope;  ///< the paths that were looked at, for a person; empty: all

    std::string source_text() const;
    /// The files of the generation that is made of it; no more than the newest one has not.
    Result<std::shared_ptr<manifest::FileSource>> files() const;
};

/// What of the master is needed.
enum class LookFor { files, differences };

/// Looks at SOURCE, of which the next generation of IMAGE is made as REQUEST says. Errors: those of
/// capture_master() and split_tree().
Result<MasterLook> look_at_master(const api::ImageSummary& image, const api::ImageSource& source,
                                  const api::UpdateImage& request, LookFor look_for,
                                  const ImagePaths& paths, const Progress& progress);

/// For the next look, which is quick then: LOOK, or the first generation of an image, which was
/// made of MACHINE.
void remember(const MasterLook& look, const ImagePaths& paths);
void remember_first(const api::ImageSummary& image, const api::ImageSource& source,
                    const MachineMaster& machine, const ImagePaths& paths);

/// The newest generation of IMAGE. Errors: those of TreeGenerations::record().
Result<SplitTree> split_of(const api::ImageSummary& image, const ImagePaths& paths);

}  // namespace dim::server
