#pragma once

#include "imageserver/image/small_files.hpp"
#include "libdim/base/result.hpp"
#include "libdim/changeset/outline.hpp"
#include "libdim/changeset/three_way.hpp"
#include "libdim/manifest/compare.hpp"
#include "libdim/model/conflict_policy.hpp"
#include "libdim/model/names.hpp"
#include "libdim/sync/merge_selection.hpp"
#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace dim::server {

/// What makes blade images of one generation those of another: found once, for all of them.
struct GenerationChange {
    model::ImageName image;
    model::Generation from;
    model::Generation to;
    changeset::Outline outline;  ///< of the golden images
    std::uint64_t paths = 0;     ///< that the older golden image has
    /// Has the files that differ below older/ and newer/, at their paths; goes with this.
    std::string directory;
    SmallFiles older_contents;  ///< of those files
    SmallFiles newer_contents;

    GenerationChange(model::ImageName name, model::Generation older, model::Generation newer)
        : image(std::move(name)), from(older), to(newer) {}
    GenerationChange(const GenerationChange&) = delete;
    GenerationChange& operator=(const GenerationChange&) = delete;
    ~GenerationChange();

    std::string older_files() const { return directory + "/older"; }
    std::string newer_files() const { return directory + "/newer"; }
    /// Those that blades have and are to have no more.
    std::uint64_t removed_paths() const;
};

/// How one blade image is to be moved.
struct BladeMove {
    model::ComponentName blade;
    /// Why a path stays as the blade has it; none: it does not.
    std::function<std::optional<std::string>(const std::string& path, bool is_directory)> kept_out;
    model::ConflictPolicy on_conflict = model::ConflictPolicy::ask;
    sync::MergeSelection merge = {};  ///< which files are merged
    bool is_held = false;  ///< the blade runs, and has the shared root of the old generation
    bool is_dry_run = false;
};

/// What became of a blade image, or would become.
struct MovedBladeImage {
    std::uint64_t created = 0;  ///< paths
    std::uint64_t changed = 0;
    std::uint64_t removed = 0;
    std::vector<changeset::KeptPath> conflicts = {};
    std::vector<changeset::KeptPath> kept_out = {};
    std::vector<std::string> merged = {};
    std::vector<std::string> settled = {};  ///< changeset::ThreeWay
    std::vector<manifest::Difference> differences = {};
};

/// Moves what is below ROOT, the blade image's file system, as CHANGE says: what the blade wrote is
/// kept (changeset::decide). IS_RESUMED: a move to that generation was interrupted; each path is
/// decided anew, by what MOVE says now. On the device when it returns. Errors: limit_exceeded,
/// before anything is written, when there is no room; conflict for what changes all the time, or is
/// mounted; io.
Result<MovedBladeImage> move_tree(const sys::Fd& root, const GenerationChange& change,
                                  const BladeMove& move, bool is_resumed);

}  // namespace dim::server
