#pragma once

#include "imageserver/image/blade_image_checker.hpp"
#include "imageserver/image/blade_overrides.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/image/provisioning.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"

#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dim::server {

struct BladeImageRecord;
class MasterWatch;

/// Of the tables of images, generations, blade images and the trash.
std::span<const Migration> image_migrations();

/// The images, their generations and every blade image of this server, on disk and mounted:
///
///   STATE/images/NAME/                   golden.img, shared.img; what each held in which
///                                        generation (TreeGenerations)
///   STATE/images/NAME/shared             loop mount of shared.img, with a tree for each
///                                        generation that somebody may be shown
///   STATE/blades/BLADE/NAME.img          ext4 or xfs, one file for one (blade, image)
///   STATE/trash                          blade images that were deleted (BladeTrash)
///   STATE/mounts                         tmpfs, so that no export leads to the disk
///   STATE/mounts/blades/BLADE/NAME       loop mount of it
///   STATE/mounts/shared/NAME/GENERATION  read-only bind mount of the generation's tree
///
/// A shared root is a file system of its own because an NFS file handle, which a blade can forge,
/// names any file of the exported file system.
///
/// What takes several steps is journalled in the database: killed at any instant, open() undoes
/// what was not finished, or undo_unfinished() later. A file that the database does not know is
/// never touched, until it is adopted.
class [[nodiscard]] ImageStore final : public Images, public BladeImageChecker {
public:
    struct Settings {
        std::string state_directory;
        Provisioning provisioning = Provisioning::reserved();
        std::uint32_t trash_days = 7;  ///< BladeTrash::Settings
        /// Tables of others with a column image: they follow when an image gets another name.
        std::vector<std::string> tables_with_images = {};
    };

    /// Makes the directories, and undoes what it can. Errors: conflict when the state directory is
    /// on a file system that cannot hold images (tmpfs).
    static Result<ImageStore> open(Settings settings, Database& database);
    ImageStore(ImageStore&&) noexcept;
    ~ImageStore() override;

    /// What writes the files that differ per blade, from now on; it outlives this. Without one a
    /// new blade image is told its name alone (/etc/hostname).
    void use(BladeOverrides& overrides);
    /// Masters are watched from now on; it outlives this.
    void use(MasterWatch& watch);

    Result<Notes> import_image(const api::ImportImage& request, const Progress& progress) override;
    Result<MadeGeneration> update_image(const api::UpdateImage& request,
                                        const Progress& progress) override;
    Result<std::optional<api::ImageGeneration>> roll_back_image(const api::RollBackImage& request,
                                                                const Progress& progress) override;
    Result<void> label_generation(const api::LabelGeneration& request) override;
    Result<void> set_image(const api::SetImage& request) override;
    Result<std::vector<api::ImageGeneration>>
    generations(const model::ImageName& name) const override;
    Result<api::GenerationDifference> compare_generations(const model::ImageName& name,
                                                          model::Generation older,
                                                          model::Generation newer) const override;
    Result<api::SourceDifference> compare_with_source(const api::UpdateImage& request,
                                                      const Progress& progress) override;
    Result<void> write_changeset(const model::ImageName& name,
                                 const std::optional<model::Generation>& from, model::Generation to,
                                 const sys::Fd& output, const Progress& progress) override;
    Result<void> look_into(const model::ImageName& name, model::Generation generation,
                           const TreeLook& look) override;
    Result<void> receive_generation(const api::OfferGeneration& offer, const sys::Fd& changeset,
                                    const Progress& progress) override;
    Result<CollectedGenerations> collect_generations(const api::CollectGenerations& request,
                                                     const Progress& progress) override;
    Result<void> pin_blades(const model::ImageName& image, model::Generation generation,
                            std::span<const model::ComponentName> blades) override;
    Result<std::uint64_t> unpin_blades(const model::ImageName& image,
                                       std::span<const model::ComponentName> blades) override;
    Result<std::shared_ptr<const GenerationChange>> find_change(const model::ImageName& image,
                                                                model::Generation from,
                                                                model::Generation to) override;
    Result<MovedBladeImage> move_blade_image(const BladeMove& move,
                                             const GenerationChange& change) override;
    Result<std::optional<model::Generation>>
    unfinished_move(const model::ComponentName& blade,
                    const model::ImageName& image) const override;
    Result<FoundConflicts> open_conflicts(const model::ImageName& image,
                                          const ConflictSearch& search) const override;
    Result<std::vector<ConflictCount>>
    count_conflicts(const model::ImageName& image) const override;
    Result<std::vector<ConflictSides>>
    conflict_sides(const model::ImageName& image,
                   std::span<const OpenConflict> conflicts) const override;
    Result<void> close_conflicts(const model::ComponentName& blade, const model::ImageName& image,
                                 const std::vector<std::string>& paths) override;
    Result<MovedBladeImage> take_generation(const BladeMove& move, const model::ImageName& image,
                                            const std::vector<std::string>& paths) override;
    Result<void> release_generations(const model::ComponentName& blade) override;
    Result<void> rename_image(const model::ImageName& name,
                              const model::ImageName& new_name) override;
    Result<void> remove_image(const model::ImageName& name) override;
    Result<void> create_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image,
                                    const Progress& progress) override;
    Result<void> delete_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image) override;
    Result<void> restore_blade_image(const model::ComponentName& blade,
                                     const model::ImageName& image) override;
    Result<void> resize_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image,
                                    std::uint64_t size_bytes) override;
    Result<api::BladeImageCheck> check_blade_image(const model::ComponentName& blade,
                                                   const model::ImageName& image,
                                                   Repair repair) override;
    Result<std::vector<api::BladeImageCheck>> blade_image_checks() const override;
    Result<std::uint64_t> purge_blade_images(const model::ComponentName& blade,
                                             const model::ImageName& image) override;
    Result<api::TrashList> trash() const override;
    Result<std::vector<api::UnknownFile>> unknown_files() const override;
    Result<void> adopt_image(const api::AdoptImage& request) override;
    Result<void> adopt_blade_image(const model::ComponentName& blade,
                                   const model::ImageName& image) override;
    Result<void> set_exported(const model::ComponentName& blade, const model::ImageName& image,
                              bool is_exported) override;

    Result<api::ImageSummary> image(const model::ImageName& name) const override;
    Result<api::ImageSummary> image(const model::ImageName& name,
                                    model::Generation generation) const override;
    Result<std::vector<api::ImageSummary>> images() const override;
    Result<api::ImageDetails> image_details(const model::ImageName& name) const override;
    Result<api::ImageCheck> check_image(const model::ImageName& name) const override;
    Result<api::BladeImage> blade_image(const model::ComponentName& blade,
                                        const model::ImageName& image) const override;
    Result<std::vector<api::BladeImage>> blade_images() const override;
    Result<BladeGenerations> blade_generations() const override;
    Result<std::vector<model::Generation>>
    generation_numbers(const model::ImageName& name) const override;

    Result<DiskSpace> disk_space() const override;
    std::vector<Error> reserve_blade_images() override;

    Result<MountState> mount_state(const model::ComponentName& blade,
                                   const model::ImageName& image) const override;
    Result<void> ensure_ready(const model::ComponentName& blade,
                              const model::ImageName& image) override;
    Result<void> ensure_shared_ready(const model::ImageName& image,
                                     model::Generation generation) override;
    Result<std::set<std::pair<model::ImageName, model::Generation>>>
    shown_generations() const override;
    bool is_shared_mounted(const model::ImageName& image,
                           model::Generation generation) const override;
    std::string mount_point(const model::ComponentName& blade,
                            const model::ImageName& image) const override;
    std::string shared_mount_point(const model::ImageName& image,
                                   model::Generation generation) const override;

    /// Undoes what a killed predecessor left half done, as far as nobody uses it. Success when
    /// nothing is left; until then call it again. Errors: of what is left, with a cure.
    Result<void> undo_unfinished();
    using BladeImageKey = std::pair<model::ComponentName, model::ImageName>;
    /// The blade images that are not exported, into which nothing was written for an hour, and that
    /// were not checked for DAYS at least; the one that was not for the longest time first.
    Result<std::vector<BladeImageKey>> checks_due(std::uint32_t days, model::Timestamp now) const;
    /// See BladeTrash::collect.
    Result<std::uint64_t> collect_trash(std::int64_t uptime_us);
    /// Errors: conflict when somebody, such as the NFS server, uses it.
    Result<void> unmount(const model::ComponentName& blade, const model::ImageName& image);
    /// At start: adopts or makes every mount. Returns what could not be mounted, each with a cure;
    /// the others are mounted nevertheless.
    std::vector<Error> restore_mounts();
    /// Writable: what the server changes; blades see it at once.
    std::string shared_directory(const model::ImageName& image, model::Generation generation) const;

private:
    struct State;
    Result<void> receive_first(const api::OfferGeneration& offer, const sys::Fd& changeset,
                               const Progress& progress);
    Result<void> check_room(std::uint64_t size_bytes) const;
    /// What moves that a kill ended left of IMAGE.
    void discard_changes(const model::ImageName& image);
    Result<void> reserve_file(const std::string& file);
    /// Errors: limit_exceeded when blade images may not grow by BYTES in all.
    Result<void> check_growth(std::uint64_t bytes) const;
    /// While it may be in use: larger only.
    Result<void> grow_in_use(const BladeImageRecord& record, std::uint64_t size_bytes);
    /// One that is not exported, by a copy; mounted again afterwards, also on failure.
    Result<void> resize_unused(const BladeImageRecord& record, std::uint64_t size_bytes);
    /// Unmounts it, and keeps it so. Errors: conflict when it is exported or in use.
    Result<void> take_out_of_use(const BladeImageRecord& record);
    /// Ends that, and mounts it again.
    Result<void> put_in_use(const BladeImageRecord& record);
    /// What a kill left undone: its file system fills its file, and the database knows.
    Result<void> settle_size(const BladeImageRecord& record);
    Result<void> set_back_blade_image(const api::ImageSummary& image, model::Generation newest,
                                      const std::string& mount_point);
    /// All that restore_mounts() mounts of one image.
    Result<void> mount_image(const model::ImageName& name);
    Result<api::BladeImageCheck> examine(const BladeImageRecord& record, Repair repair);
    explicit ImageStore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::server
