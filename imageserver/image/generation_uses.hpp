#pragma once

#include "imageserver/state/database.hpp"
#include "imageserver/state/shared_transactions.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <optional>
#include <set>

namespace dim::server {

extern const Migration kGenerationUseMigration;

/// Which generations are needed though no blade image is of them: those that a blade image is being
/// moved to, and those whose shared root a blade that was moved while it ran has mounted still.
class GenerationUses {
public:
    /// DATABASE outlives this.
    explicit GenerationUses(Database& database) : database_(&database), moves_(database) {}

    /// Its blade image is on its way to GENERATION. Errors: not_found when there is no such
    /// generation, or no such blade image.
    Result<void> begin_move(const model::ComponentName& blade, const model::ImageName& image,
                            model::Generation generation);
    /// From now on it is of GENERATION; the one before is held when IS_HELD.
    Result<void> finish_move(const model::ComponentName& blade, const model::ImageName& image,
                             model::Generation generation, bool is_held);
    /// To which generation a move was begun and not finished.
    Result<std::optional<model::Generation>> unfinished_move(const model::ComponentName& blade,
                                                             const model::ImageName& image);
    /// BLADE boots anew: it holds nothing of before.
    Result<void> release(const model::ComponentName& blade);
    Result<std::set<model::Generation>> of(const model::ImageName& image);

private:
    Database* database_;
    SharedTransactions moves_;
};

}  // namespace dim::server
