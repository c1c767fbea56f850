#pragma once

#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_paths.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

extern const Migration kBladeTrashMigration;

/// Blade images that were deleted: STATE/trash/BLADE-IMAGE-NUMBER.img, each with a row of the
/// database. They keep their space until they are purged. Every step is journalled: killed at any
/// instant, an image is in its place or wholly here, once resume() was called. Any thread may call;
/// take and restore are to be called by who works on the image alone.
class [[nodiscard]] BladeTrash {
public:
    struct Settings {
        std::uint32_t days;  ///< after so many an image is deleted by itself; 0: never
    };

    /// DATABASE outlives this.
    BladeTrash(ImagePaths paths, Database& database, Settings settings)
        : paths_(std::move(paths)), database_(&database), settings_(settings) {}

    /// Makes the directory.
    Result<void> open() const;
    /// Errors: conflict when it is on another file system than blade images: none can be moved.
    Result<void> check_place() const;
    /// After a start, when the deletions that were begun are finished (take): what was being
    /// restored goes back unless CATALOG has it, what was being purged goes.
    Result<void> resume(ImageCatalog& catalog);

    /// Moves the file of a blade image here that is unmounted and that the catalog says is being
    /// deleted; again after a kill. REASON is kept with it. A file that is missing is success.
    Result<void> take(const BladeImageRecord& record, const std::string& reason);
    /// Moves the newest one back and calls ADOPT, which makes it known again; when that fails, it
    /// goes back here. Errors: not_found when there is none; those of ADOPT.
    Result<void> restore(const model::ComponentName& blade, const model::ImageName& image,
                         const std::function<Result<void>(const BladeImageRecord&)>& adopt);

    /// Errors: already_exists when there is a blade image of IMAGE here.
    Result<void> check_none_of(const model::ImageName& image);
    /// What is here of image NAME is of NEW_NAME from now on; again after a kill.
    Result<void> rename(const model::ImageName& name, const model::ImageName& new_name);

    /// By blade and image, the newest first.
    Result<api::TrashList> list();
    /// Deletes all of this blade and image for ever. How many. Errors: not_found when there is
    /// none.
    Result<std::uint64_t> purge(const model::ComponentName& blade, const model::ImageName& image);
    /// Deletes what has been here for Settings::days. That is measured by UPTIME_US
    /// (CLOCK_BOOTTIME) from call to call, so that no clock that is set deletes anything, and no
    /// time counts in which the daemon did not run. Call it every few minutes. How many.
    Result<std::uint64_t> collect(std::int64_t uptime_us);

    /// What the files here take on the disk.
    Result<std::uint64_t> allocated();

private:
    struct Row;
    Result<std::vector<Row>> rows(std::string_view where, const std::string& blade,
                                  const std::string& image);
    Result<void> set_state(const Row& row, std::string_view state);
    Result<void> forget(const Row& row);
    Result<void> move_in(const Row& row);
    Result<void> move_back(const Row& row);
    Result<std::uint64_t> delete_claimed();
    std::string file_of(const Row& row) const;

    ImagePaths paths_;
    Database* database_;
    Settings settings_;
    std::mutex collecting_;
    /// Of the last collect(), while the daemon runs; guarded by collecting_.
    std::optional<std::int64_t> collected_us_;
    std::int64_t newest_then_ = 0;  ///< the highest number there was
};

}  // namespace dim::server
