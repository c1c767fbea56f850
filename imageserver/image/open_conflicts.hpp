#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/changeset/outline.hpp"
#include "libdim/changeset/three_way.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace dim::server {

/// Gone with their blade images.
extern const Migration kOpenConflictMigration;

/// A path that stays as its blade has it, though both sides changed it, until somebody decides.
struct OpenConflict {
    model::ComponentName blade;
    std::string path;  ///< as in a manifest
    std::string reason;
    model::Generation older;  ///< that the blade changed
    model::Generation newer;  ///< whose the blade image is, and whose change was left out
    model::Timestamp since;
};

/// What there is at such a path, for a person: "file 0644 0:0 120 bytes", "nothing".
struct ConflictSides {
    std::string older;  ///< in that generation
    std::string newer;
    std::string blade;
};

/// Those of all blade images, so many of each: the first by path.
class OpenConflicts {
public:
    static constexpr std::size_t kMost = 1000;

    /// DATABASE outlives this.
    explicit OpenConflicts(Database& database) : database_(&database) {}

    /// A blade image that was moved.
    struct Move {
        model::ComponentName blade;
        model::ImageName image;
        model::Generation older;
        model::Generation newer;
        model::Timestamp now;
    };
    /// CONFLICTS of MOVE are open from now on; those at other paths of OUTLINE, and where the blade
    /// is of the generation again that it changed, are so no more. Survives kill -9; with the power
    /// it is lost only when what is committed next is.
    Result<void> settle(const Move& move, const changeset::Outline& outline,
                        std::span<const changeset::KeptPath> conflicts);
    /// By blade and path.
    Result<std::vector<OpenConflict>> of(const model::ImageName& image);
    Result<void> close(const model::ComponentName& blade, const model::ImageName& image,
                       std::span<const std::string> paths);

private:
    Database* database_;
};

}  // namespace dim::server
