#pragma once

#include "imageserver/image/disk_space.hpp"
#include "imageserver/image/generation_change.hpp"
#include "imageserver/image/open_conflicts.hpp"
#include "imageserver/service/notes.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/api/push_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"
#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dim::server {

/// What is at the place where a file's file system is to be mounted.
enum class MountState {
    absent,   ///< nothing
    mounted,  ///< the file's file system, sound as far as the kernel knows
    stale,    ///< something else: the file system of a file that was replaced or deleted since
};

/// What a collection deleted, or would delete.
struct CollectedGenerations {
    std::vector<model::Generation> generations;  ///< ascending
    std::uint64_t freed_bytes = 0;               ///< on the disk; 0 for a dry run
};

/// What came of an update.
struct MadeGeneration {
    std::optional<api::ImageGeneration> generation;  ///< none: nothing had changed
    Notes notes;
};

class GenerationTree;
/// Reads in a tree (generation_files.hpp), which is there until it returns.
using TreeLook = std::function<Result<void>(const GenerationTree&)>;

/// The images, their generations and every blade image of this server. One real implementation
/// (ImageStore) and one fake. Any thread may call; calls may wait for disks. import_image,
/// create_blade_image and delete_blade_image take long and are to be called one at a time for each
/// image.
class Images {
public:
    virtual ~Images() = default;

    /// Makes generation 1 of an image from a master (imageserver/master/capture.hpp), which is only
    /// read; links in it are copied, never followed. Errors: already_exists; invalid_input;
    /// not_found when the master or its init is missing; limit_exceeded when it does not fit (with
    /// need and have).
    virtual Result<Notes> import_image(const api::ImportImage& request,
                                       const Progress& progress) = 0;
    /// Makes the next generation of an image of a master as it is now, that of the last time unless
    /// named, with the split of now unless one is named; none when that is what the newest one is.
    /// Costs what changed; a generation that blades see stays as it is. Errors: those of
    /// import_image, but for already_exists.
    virtual Result<MadeGeneration> update_image(const api::UpdateImage& request,
                                                const Progress& progress) = 0;
    /// Makes the next generation what an earlier one was; nothing when the newest one is that.
    /// Errors: not_found.
    virtual Result<std::optional<api::ImageGeneration>>
    roll_back_image(const api::RollBackImage& request, const Progress& progress) = 0;
    /// Errors: not_found.
    virtual Result<void> label_generation(const api::LabelGeneration& request) = 0;
    /// Says how blades start and mount it, from the next boot of each on. Errors: not_found, also
    /// when its newest generation has no such init; invalid_input.
    virtual Result<void> set_image(const api::SetImage& request) = 0;
    /// Ascending. Errors: not_found.
    virtual Result<std::vector<api::ImageGeneration>>
    generations(const model::ImageName& name) const = 0;
    /// Errors: not_found; invalid_input when a file is damaged.
    virtual Result<api::GenerationDifference>
    compare_generations(const model::ImageName& name, model::Generation older,
                        model::Generation newer) const = 0;
    /// Writes the changeset (docs/changeset.md) that makes generation TO of FROM, or of nothing, to
    /// the file OUTPUT. To be called beside no other work on the image. Errors: not_found; those of
    /// compare_generations().
    virtual Result<void> write_changeset(const model::ImageName& name,
                                         const std::optional<model::Generation>& from,
                                         model::Generation to, const sys::Fd& output,
                                         const Progress& progress) = 0;
    /// Has LOOK read in the whole tree of GENERATION. To be called beside no other work on the
    /// image. Errors: not_found; conflict for an image without a manifest; those of LOOK.
    virtual Result<void> look_into(const model::ImageName& name, model::Generation generation,
                                   const TreeLook& look) = 0;
    /// Makes the generation that OFFER describes of its CHANGESET: the first of an image that is
    /// not there, or the next of one that is, whatever number it has. What is made is just what the
    /// other server has, or nothing. Takes its time as update_image(). Errors: conflict when that
    /// generation cannot be the next one here, or the changeset was made of another than the newest
    /// here; invalid_input when it is damaged; limit_exceeded when it does not fit.
    virtual Result<void> receive_generation(const api::OfferGeneration& offer,
                                            const sys::Fd& changeset, const Progress& progress) = 0;
    /// What an update as REQUEST says would change. Errors: those of update_image.
    virtual Result<api::SourceDifference> compare_with_source(const api::UpdateImage& request,
                                                              const Progress& progress) = 0;
    /// Deletes the generations that no blade image is of, also none in the trash, that no blade is
    /// pinned to, that have no label and are not among the newest; files that other generations
    /// share stay. Errors: not_found.
    virtual Result<CollectedGenerations> collect_generations(const api::CollectGenerations& request,
                                                             const Progress& progress) = 0;
    /// From now on the images that these blades have of IMAGE, and those that are made for them,
    /// are of GENERATION; all of them or none. Errors: not_found; conflict when blades have an
    /// image of another generation, naming them.
    virtual Result<void> pin_blades(const model::ImageName& image, model::Generation generation,
                                    std::span<const model::ComponentName> blades) = 0;
    /// Ends that; how many of them were pinned. Errors: not_found.
    virtual Result<std::uint64_t> unpin_blades(const model::ImageName& image,
                                               std::span<const model::ComponentName> blades) = 0;
    /// What makes blade images of generation FROM those of TO, found once for all of them. To be
    /// called beside no other work on IMAGE, as move_blade_image() with it. Errors: not_found;
    /// conflict and invalid_input when a manifest is missing or damaged; limit_exceeded.
    virtual Result<std::shared_ptr<const GenerationChange>>
    find_change(const model::ImageName& image, model::Generation from, model::Generation to) = 0;
    /// Makes a blade image, whose blade may run from it, one of the generation change.to; what the
    /// blade wrote is kept (move_tree). Killed at any instant, it is still of the generation it was
    /// of, and the next call goes on. Errors: not_found; conflict when it is of another generation
    /// than change.from, or a move to another one was interrupted; those of ensure_ready() and
    /// move_tree().
    virtual Result<MovedBladeImage> move_blade_image(const BladeMove& move,
                                                     const GenerationChange& change) = 0;
    /// To which generation a move of it was begun and not finished.
    virtual Result<std::optional<model::Generation>>
    unfinished_move(const model::ComponentName& blade, const model::ImageName& image) const = 0;
    /// What both sides changed, of blade images of IMAGE, until it is decided.
    virtual Result<FoundConflicts> open_conflicts(const model::ImageName& image,
                                                  const ConflictSearch& search) const = 0;
    virtual Result<std::vector<ConflictCount>>
    count_conflicts(const model::ImageName& image) const = 0;
    /// What there is at the path of each of CONFLICTS; it takes a while.
    virtual Result<std::vector<ConflictSides>>
    conflict_sides(const model::ImageName& image,
                   std::span<const OpenConflict> conflicts) const = 0;
    /// They stay as the blade has them.
    virtual Result<void> close_conflicts(const model::ComponentName& blade,
                                         const model::ImageName& image,
                                         const std::vector<std::string>& paths) = 0;
    /// Makes PATHS of a blade image what its generation has there, with the directories that they
    /// are in, but for what MOVE keeps out; what is not told as a conflict is none any more. One
    /// call at a time for an image. Errors: as move_blade_image().
    virtual Result<MovedBladeImage> take_generation(const BladeMove& move,
                                                    const model::ImageName& image,
                                                    const std::vector<std::string>& paths) = 0;
    /// BLADE boots anew: generations that it had mounted before are no longer kept for it.
    virtual Result<void> release_generations(const model::ComponentName& blade) = 0;
    /// Gives an image with all that is of it another name: its generations, pins, blade images,
    /// also those in the trash, and their mounts. To be called beside no other work on NAME.
    /// Errors: not_found; already_exists when there is anything of the new name, known or not;
    /// conflict while a blade image is exported, naming the blades, or in use.
    virtual Result<void> rename_image(const model::ImageName& name,
                                      const model::ImageName& new_name) = 0;
    /// Forgets an image and deletes all its generations; pins to them end. Errors: not_found;
    /// conflict while there are blade images of it, naming them.
    virtual Result<void> remove_image(const model::ImageName& name) = 0;
    /// Clones the golden image, makes it that of the generation that the blade is pinned to, if it
    /// is, writes the blade's overrides into it and mounts it (BladeOverrides). Errors: not_found,
    /// already_exists, limit_exceeded when it does not fit on the disk, with what else is promised
    /// there (Provisioning).
    virtual Result<void> create_blade_image(const model::ComponentName& blade,
                                            const model::ImageName& image,
                                            const Progress& progress) = 0;
    /// Unmounts it and moves it to the trash, with all that the blade ever wrote. Errors: conflict
    /// while it is exported or in use; the caller asks first whether the blade runs from it.
    virtual Result<void> delete_blade_image(const model::ComponentName& blade,
                                            const model::ImageName& image) = 0;
    /// Brings back the newest one from the trash, and mounts it. Errors: not_found when there is
    /// none; already_exists when the blade has an image of that name by now; conflict when its
    /// generation is gone, or the blade is pinned to another; limit_exceeded by Provisioning.
    virtual Result<void> restore_blade_image(const model::ComponentName& blade,
                                             const model::ImageName& image) = 0;
    /// Makes it SIZE_BYTES large: larger while the blade runs, smaller only when it is not
    /// exported. What it holds stays. Errors: not_found; limit_exceeded when the disk, or what it
    /// holds, does not allow that size; conflict while it is exported or in use, or damaged;
    /// permission_denied when the kernel does not let this daemon make an exported one larger.
    /// Refused, it is as it was.
    virtual Result<void> resize_blade_image(const model::ComponentName& blade,
                                            const model::ImageName& image,
                                            std::uint64_t size_bytes) = 0;
    /// Deletes those in the trash for ever; how many. Errors: not_found when there is none.
    virtual Result<std::uint64_t> purge_blade_images(const model::ComponentName& blade,
                                                     const model::ImageName& image) = 0;
    virtual Result<api::TrashList> trash() const = 0;
    /// What is below the state directory and the database does not know: after it was lost, or went
    /// back to a copy.
    virtual Result<std::vector<api::UnknownFile>> unknown_files() const = 0;
    /// Makes known the generations of an image that are there as files, and mounts their shared
    /// roots. Nothing is written into them, and nothing deleted on failure. Errors: not_found when
    /// there are none; already_exists when the image is known; conflict for a damaged file.
    virtual Result<void> adopt_image(const api::AdoptImage& request) = 0;
    /// The same for the blade image whose file is there, and mounts it. Errors: not_found when
    /// there is no file, or when the image is not known; already_exists; conflict.
    virtual Result<void> adopt_blade_image(const model::ComponentName& blade,
                                           const model::ImageName& image) = 0;
    /// Remembers whether the NFS server is to offer it; NfsExports::apply acts on that. Errors:
    /// not_found, also for one that is being deleted.
    virtual Result<void> set_exported(const model::ComponentName& blade,
                                      const model::ImageName& image, bool is_exported) = 0;

    /// Errors: not_found. Without zimage_bytes, which BootFiles::current knows.
    virtual Result<api::ImageSummary> image(const model::ImageName& name) const = 0;
    /// As it was in a generation: what is the generation's own is that one's.
    virtual Result<api::ImageSummary> image(const model::ImageName& name,
                                            model::Generation generation) const = 0;
    virtual Result<std::vector<api::ImageSummary>> images() const = 0;
    /// Without zimage_bytes. Errors: not_found; invalid_input when a manifest is damaged.
    virtual Result<api::ImageDetails> image_details(const model::ImageName& name) const = 0;
    /// How the shared root differs from its manifest; takes long when many files were changed.
    /// Errors: not_found; conflict for an image without a manifest, or one that is changed all the
    /// time.
    virtual Result<api::ImageCheck> check_image(const model::ImageName& name) const = 0;
    /// Errors: not_found.
    virtual Result<api::BladeImage> blade_image(const model::ComponentName& blade,
                                                const model::ImageName& image) const = 0;
    virtual Result<std::vector<api::BladeImage>> blade_images() const = 0;
    /// Of each blade image, as it is known: without a look at any file.
    using BladeGenerations =
        std::map<std::pair<model::ComponentName, model::ImageName>, model::Generation>;
    virtual Result<BladeGenerations> blade_generations() const = 0;
    /// Those there are, ascending, likewise. Errors: not_found.
    virtual Result<std::vector<model::Generation>>
    generation_numbers(const model::ImageName& name) const = 0;

    /// Of the file system that they are on.
    virtual Result<DiskSpace> disk_space() const = 0;
    /// Gives every blade image all its space, unless provisioning is thin: those that were thin
    /// before, and what somebody took out of them (fstrim(8)). Returns why for those without.
    virtual std::vector<Error> reserve_blade_images() = 0;

    /// Looks only. Errors: not_found when there is no such blade image or its file is missing,
    /// conflict when the kernel found it damaged; with the cure.
    virtual Result<MountState> mount_state(const model::ComponentName& blade,
                                           const model::ImageName& image) const = 0;
    /// Mounts the blade image unless it is. Errors: those of mount_state; conflict when a stale
    /// mount is in use. Boot plans call NfsExports::ensure_served, which resolves that too.
    virtual Result<void> ensure_ready(const model::ComponentName& blade,
                                      const model::ImageName& image) = 0;
    /// Mounts the shared root of a generation unless it is. Errors: those of mount_file.
    virtual Result<void> ensure_shared_ready(const model::ImageName& image,
                                             model::Generation generation) = 0;
    /// Whose shared root blades have mounted, or may mount next: the newest generations, those of
    /// blade images and of moves, and those that blades which were moved while they run use still.
    virtual Result<std::set<std::pair<model::ImageName, model::Generation>>>
    shown_generations() const = 0;
    /// Whether the shared root is mounted where blades are shown it.
    virtual bool is_shared_mounted(const model::ImageName& image,
                                   model::Generation generation) const = 0;

    /// Where the blade image's file system is found when it is mounted.
    virtual std::string mount_point(const model::ComponentName& blade,
                                    const model::ImageName& image) const = 0;
    /// Read-only: what blades are shown.
    virtual std::string shared_mount_point(const model::ImageName& image,
                                           model::Generation generation) const = 0;
};

}  // namespace dim::server
