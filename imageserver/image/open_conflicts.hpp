#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/changeset/three_way.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// Gone with their blade images.
extern const Migration kOpenConflictMigration;
extern const Migration kOpenConflictIndexMigration;

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

/// Which of those of an image are asked for.
struct ConflictSearch {
    std::optional<model::ComponentName> blade = {};              ///< of it alone
    std::function<bool(const OpenConflict&)> is_wanted = {};     ///< none: all
    std::size_t most = std::numeric_limits<std::size_t>::max();  ///< that are found
};
struct FoundConflicts {
    std::uint64_t total = 0;
    std::vector<OpenConflict> conflicts = {};  ///< the first of them, by blade and path
};
struct ConflictCount {
    model::ComponentName blade;
    std::uint64_t conflicts;
};

/// Those of all blade images, so many of each: the first by path.
class OpenConflicts {
public:
    static constexpr std::size_t kMost = 1000;
    /// So many are read in one transaction when those of all blades are asked for.
    static constexpr std::size_t kPage = 2000;
    /// What find() asks, each with an index: those of one blade, by ?1 the image and ?2 the blade;
    /// a page of those of all blades, by ?1 the image, behind ?2 the blade and ?3 the path, of ?4.
    static const std::string_view kOfBlade;
    static const std::string_view kOfImage;

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
    /// What came of it (changeset::ThreeWay).
    struct Decided {
        std::span<const changeset::KeptPath> conflicts;  ///< a path may have several
        std::span<const changeset::KeptPath> kept_out;
        std::span<const std::string> settled;
    };
    /// What DECIDED has as conflicts is open from now on, each path with all that is said of it;
    /// what it has as settled, and where the blade is of the generation again that it changed, is
    /// so no more; what is kept out, or is only on the way to something else, stays. Survives kill
    /// -9; with the power it is lost only when what is committed next is.
    Result<void> settle(const Move& move, const Decided& decided);
    /// Others have their turn at the database between two pages: what they change meanwhile is seen
    /// or not, all else is found once. Memory is needed for those that are found, and for a page.
    Result<FoundConflicts> find(const model::ImageName& image, const ConflictSearch& search);
    /// By blade; those without any are left out.
    Result<std::vector<ConflictCount>> count(const model::ImageName& image);
    Result<void> close(const model::ComponentName& blade, const model::ImageName& image,
                       std::span<const std::string> paths);

private:
    Database* database_;
};

}  // namespace dim::server
