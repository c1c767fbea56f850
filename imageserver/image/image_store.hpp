#pragma once

#include "imageserver/image/blade_overrides.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/image/provisioning.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dim::server {

/// Of the tables of images, generations, blade images and the trash.
std::span<const Migration> image_migrations();

/// The images, their generations and every blade image of this server, on disk and mounted:
///
///   STATE/images/NAME/                   golden.img, shared.img: ext4; what each held in which
///                                        generation (TreeGenerations)
///   STATE/images/NAME/shared             loop mount of shared.img, with a tree for each
///                                        generation that somebody may be shown
///   STATE/blades/BLADE/NAME.img          ext4, one file for one (blade, image)
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
class [[nodiscard]] ImageStore final : public Images {
public:
    struct Settings {
        std::string state_directory;
        Provisioning provisioning = Provisioning::reserved();
        std::uint32_t trash_days = 7;  ///< BladeTrash::Settings
    };

    /// Makes the directories, and undoes what it can. Errors: conflict when the state directory is
    /// on a file system that cannot hold images (tmpfs).
    static Result<ImageStore> open(Settings settings, Database& database);
    ImageStore(ImageStore&&) noexcept;
    ~ImageStore() override;

    /// What writes the files that differ per blade, from now on; it outlives this. Without one a
    /// new blade image is told its name alone (/etc/hostname).
    void use(BladeOverrides& overrides);

    Result<Notes> import_image(const api::ImportImage& request, const Progress& progress) override;
    Result<MadeGeneration> update_image(const api::UpdateImage& request,
                                        const Progress& progress) override;
    Result<std::optional<api::ImageGeneration>> roll_back_image(const api::RollBackImage& request,
                                                                const Progress& progress) override;
    Result<void> label_generation(const api::LabelGeneration& request) override;
    Result<std::vector<api::ImageGeneration>>
    generations(const model::ImageName& name) const override;
    Result<api::GenerationDifference> compare_generations(const model::ImageName& name,
                                                          model::Generation older,
                                                          model::Generation newer) const override;
    Result<CollectedGenerations> collect_generations(const api::CollectGenerations& request,
                                                     const Progress& progress) override;
    Result<void> remove_image(const model::ImageName& name) override;
    Result<void> create_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image,
                                    const Progress& progress) override;
    Result<void> delete_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image) override;
    Result<void> restore_blade_image(const model::ComponentName& blade,
                                     const model::ImageName& image) override;
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
    Result<std::vector<api::ImageSummary>> images() const override;
    Result<api::ImageDetails> image_details(const model::ImageName& name) const override;
    Result<api::ImageCheck> check_image(const model::ImageName& name) const override;
    Result<api::BladeImage> blade_image(const model::ComponentName& blade,
                                        const model::ImageName& image) const override;
    Result<std::vector<api::BladeImage>> blade_images() const override;

    Result<DiskSpace> disk_space() const override;
    std::vector<Error> reserve_blade_images() override;

    Result<MountState> mount_state(const model::ComponentName& blade,
                                   const model::ImageName& image) const override;
    Result<void> ensure_ready(const model::ComponentName& blade,
                              const model::ImageName& image) override;
    Result<void> ensure_shared_ready(const model::ImageName& image,
                                     model::Generation generation) override;
    bool is_shared_mounted(const model::ImageName& image,
                           model::Generation generation) const override;
    std::string mount_point(const model::ComponentName& blade,
                            const model::ImageName& image) const override;
    std::string shared_mount_point(const model::ImageName& image,
                                   model::Generation generation) const override;

    /// Undoes what a killed predecessor left half done, as far as nobody uses it. Success when
    /// nothing is left; until then call it again. Errors: of what is left, with a cure.
    Result<void> undo_unfinished();
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
    Result<void> check_room(std::uint64_t size_bytes) const;
    Result<void> reserve_file(const std::string& file);
    explicit ImageStore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::server
