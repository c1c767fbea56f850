#pragma once

#include "imageserver/image/loop_mount.hpp"
#include "imageserver/service/progress.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dim::server {

extern const Migration kImageMigration;

/// The images, their generations and every blade image of this server, on disk and mounted:
///
///   STATE/images/NAME/GENERATION/        golden.img, shared.img: ext4
///   STATE/images/NAME/GENERATION/shared  loop mount of shared.img
///   STATE/blades/BLADE/NAME.img          ext4, one file for one (blade, image)
///   STATE/mounts                         tmpfs, so that no export leads to the disk
///   STATE/mounts/blades/BLADE/NAME       loop mount of it
///   STATE/mounts/shared/NAME/GENERATION  read-only bind mount of the generation's shared/
///
/// A shared root is a file system of its own because an NFS file handle, which a blade can forge,
/// names any file of the exported file system.
///
/// What takes several steps is journalled in the database: killed at any instant, open() undoes
/// what was not finished. A file that the database does not know is never touched. Any thread may
/// call; import_image and create_blade_image take long and are to be called one at a time.
class [[nodiscard]] ImageStore {
public:
    struct Settings {
        std::string state_directory;
    };

    /// Makes the directories and undoes what a killed predecessor left half done. Errors:
    /// conflict when the state directory is on a file system that cannot hold images (tmpfs).
    static Result<ImageStore> open(Settings settings, Database& database);
    ImageStore(ImageStore&&) noexcept;
    ~ImageStore();

    /// Makes generation 1 of an image from a directory tree; the tree is only read, links in it are
    /// copied, never followed. Errors: already_exists; invalid_input; not_found when the tree or
    /// its init is missing; limit_exceeded when it does not fit (with need and have).
    Result<void> import_image(const api::ImportImage& request, const Progress& progress);
    /// Clones the golden image of the newest generation, writes the blade's overrides into it and
    /// mounts it. Errors: not_found, already_exists, limit_exceeded when the disk is full.
    Result<void> create_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image, const Progress& progress);
    /// Unmounts and deletes, with all that the blade ever wrote. Errors: conflict while it is
    /// exported or in use; the caller asks first whether the blade runs from it.
    Result<void> delete_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image);

    /// Errors: not_found. Without zimage_bytes, which BootFiles::current knows.
    Result<api::ImageSummary> image(const model::ImageName& name) const;
    Result<std::vector<api::ImageSummary>> images() const;
    /// Errors: not_found.
    Result<api::BladeImage> blade_image(const model::ComponentName& blade,
                                        const model::ImageName& image) const;
    Result<std::vector<api::BladeImage>> blade_images() const;

    /// Looks only. Errors: not_found when there is no such blade image or its file is missing,
    /// conflict when the kernel found it damaged; with the cure.
    Result<MountState> mount_state(const model::ComponentName& blade,
                                   const model::ImageName& image) const;
    /// Mounts the blade image unless it is. Errors: those of mount_state; conflict when a stale
    /// mount is in use. Boot plans call NfsExports::ensure_served, which resolves that too.
    Result<void> ensure_ready(const model::ComponentName& blade, const model::ImageName& image);
    /// Mounts the shared root of a generation unless it is. Errors: those of mount_file.
    Result<void> ensure_shared_ready(const model::ImageName& image, model::Generation generation);
    /// Errors: conflict when somebody, such as the NFS server, uses it.
    Result<void> unmount(const model::ComponentName& blade, const model::ImageName& image);
    /// At start: adopts or makes every mount. Returns what could not be mounted, each with a cure;
    /// the others are mounted nevertheless.
    std::vector<Error> restore_mounts();

    /// Remembers whether the NFS server is to offer it; NfsExports::apply acts on that. Errors:
    /// not_found.
    Result<void> set_exported(const model::ComponentName& blade, const model::ImageName& image,
                              bool is_exported);

    /// Where the blade image's file system is found when it is mounted.
    std::string mount_point(const model::ComponentName& blade, const model::ImageName& image) const;
    /// Read-only: what blades are shown.
    std::string shared_mount_point(const model::ImageName& image,
                                   model::Generation generation) const;
    /// Writable: what the server changes; blades see it at once.
    std::string shared_directory(const model::ImageName& image, model::Generation generation) const;

private:
    struct State;
    explicit ImageStore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::server
