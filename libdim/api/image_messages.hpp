#pragma once

#include "libdim/api/json.hpp"
#include "libdim/model/conflict_policy.hpp"
#include "libdim/model/file_system.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/master_source.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the administrator's programs and the daemon say to each other about images, their
/// generations and blade images (docs/api/openapi.json).
namespace dim::api {

/// POST /v1/images: make generation 1 of an image from a master.
struct ImportImage {
    model::ImageName name;
    model::Architecture architecture;
    model::MasterSource source;  ///< "/srv/masters/sles10", "ssh://root@master/"
    /// First-level directories of the shared root: "usr", "opt"; absent: those of the master that
    /// blades only read, default_shared() (imageserver/image/shared_directories.hpp).
    std::optional<std::vector<std::string>> shared;
    std::string init;                       ///< "/sbin/init"
    std::uint64_t blade_image_bytes;        ///< the size (and so the quota) of a blade image
    std::vector<std::string> exclude = {};  ///< what is left out: model::PathPattern
    bool one_file_system = false;           ///< leave out what is mounted below the source
    std::optional<model::FileSystem> file_system = {};  ///< of blade images; absent: ext4

    bool operator==(const ImportImage&) const = default;
};

/// How a blade mounts its image and the shared root: nfs(5).
struct NfsOptions {
    std::string version = "4.1";  ///< "4.1" or "4.2"
    std::uint32_t actimeo_seconds =
        3;                       ///< so soon a blade sees what the server changed; at most 3600
    std::uint32_t nconnect = 1;  ///< TCP connections, at most 16

    bool operator==(const NfsOptions&) const = default;
};

/// How blade images become those of another generation (docs/sync.md).
struct SyncPolicy {
    model::ConflictPolicy on_conflict = model::ConflictPolicy::ask;
    /// Rules (rsync(1), FILTER RULES) that count before those of the whole cluster, separated by
    /// ';': sync::KeepOut.
    std::string keep_out = {};
    std::string merge = "all";  ///< which files are merged: sync::MergeSelection

    bool operator==(const SyncPolicy&) const = default;
};

/// GET /v1/images
struct ImageSummary {
    model::ImageName name;
    model::Architecture architecture;
    model::Generation generation;
    std::vector<std::string> shared;
    std::string init;
    std::uint64_t blade_image_bytes;
    model::Timestamp created;
    std::optional<std::uint64_t> zimage_bytes;  ///< absent: no boot file built yet
    std::uint32_t blade_images;                 ///< how many there are
    NfsOptions nfs = {};
    model::FileSystem file_system = model::FileSystem::ext4;  ///< of blade images
    SyncPolicy sync = {};

    bool operator==(const ImageSummary&) const = default;
};

struct ImageList {
    std::vector<ImageSummary> images;

    bool operator==(const ImageList&) const = default;
};

/// A manifest in short (docs/manifest.md).
struct TreeSummary {
    std::string digest;     ///< SHA-256, hexadecimal; trees with one digest are the same
    std::uint64_t entries;  ///< files, directories and all the rest
    std::uint64_t files;    ///< one of several names counts once
    std::uint64_t bytes;    ///< content of the files

    bool operator==(const TreeSummary&) const = default;
};

/// Where a generation came from, and what of it was left out.
struct ImageSource {
    model::MasterSource source;
    std::vector<std::string> exclude;
    bool one_file_system;

    bool operator==(const ImageSource&) const = default;
};

/// GET /v1/images/{image}: what its newest generation is made of.
struct ImageDetails {
    ImageSummary image;
    std::optional<TreeSummary> shared_root;  ///< absent: imported before there were manifests
    std::optional<TreeSummary> golden_image;
    std::uint64_t shared_root_disk_bytes;  ///< what its file takes on the server's disk
    std::uint64_t golden_image_disk_bytes;
    std::vector<model::ComponentName> blades;  ///< that have an image of it
    std::optional<ImageSource> source = {};    ///< absent: adopted, or older than this is kept

    bool operator==(const ImageDetails&) const = default;
};

/// A file that is not as the manifest says.
struct TreeDifference {
    std::string path;                  ///< escaped as in a manifest; a very long one is cut
    std::string kind;                  ///< "created", "removed", "content", "metadata"
    std::vector<std::string> aspects;  ///< "size", "mode", …; none when created or removed

    bool operator==(const TreeDifference&) const = default;
};

/// POST /v1/images/{image}/check: how the shared root differs from its manifest.
struct ImageCheck {
    model::ImageName image;
    model::Generation generation;
    std::string digest;     ///< of the manifest
    std::uint64_t entries;  ///< of the manifest
    std::uint64_t difference_count;
    std::vector<TreeDifference> differences;  ///< the first of them, by path

    bool operator==(const ImageCheck&) const = default;
};

/// POST /v1/image-generations: makes the next one of a master.
struct UpdateImage {
    model::ImageName name;
    std::optional<ImageSource> source;  ///< absent: as the last time
    std::string label;
    std::optional<std::vector<std::string>> shared = {};  ///< as in ImportImage; absent: as it is
    /// Only these of a master that is a directory, with what is below them, as blades see them
    /// ("/etc/passwd"); all else is as in the newest generation. Absent: all.
    std::optional<std::vector<std::string>> paths = {};
    /// Look at all of the master, also when the kernel told what changed of it. Absent: no.
    std::optional<bool> scan = {};

    bool operator==(const UpdateImage&) const = default;
};

/// POST /v1/image-rollbacks: makes the next generation what an earlier one was.
struct RollBackImage {
    model::ImageName name;
    model::Generation generation;
    std::string label;

    bool operator==(const RollBackImage&) const = default;
};

/// PUT /v1/image-labels
struct LabelGeneration {
    model::ImageName name;
    model::Generation generation;
    std::string label;  ///< empty takes it away

    bool operator==(const LabelGeneration&) const = default;
};

/// PUT /v1/image-settings: what holds from each blade's next boot on; the last three from the next
/// sync on. What is absent stays.
struct SetImage {
    model::ImageName name;
    std::optional<std::string> init;
    std::optional<std::string> nfs_version;
    std::optional<std::uint32_t> nfs_actimeo_seconds;
    std::optional<std::uint32_t> nfs_nconnect;
    std::optional<model::ConflictPolicy> on_conflict = {};
    std::optional<std::string> keep_out = {};  ///< as in SyncPolicy; empty takes them away
    std::optional<std::string> merge = {};     ///< as in SyncPolicy

    bool operator==(const SetImage&) const = default;
};

/// POST /v1/image-collections: deletes generations that nobody has.
struct CollectGenerations {
    model::ImageName name;
    std::uint32_t keep;  ///< so many of the newest stay whoever has them, at least 1
    bool labelled;       ///< those with a label, too
    bool is_dry_run;     ///< tell only which

    bool operator==(const CollectGenerations&) const = default;
};

struct ImageGeneration {
    model::Generation generation;
    model::Timestamp created;
    std::string label;
    std::string source;  ///< "/srv/masters/granite", "ssh://master/", "generation 3", "adopted"
    std::string shared_digest;  ///< of the manifests; trees with one digest are the same
    std::string golden_digest;
    std::uint32_t blade_images;  ///< that are of it
    std::uint32_t pinned = 0;    ///< blades that are pinned to it, with or without an image
    std::vector<std::string> shared = {};         ///< first-level directories of the shared root
    std::optional<std::uint64_t> bytes = {};      ///< content of its files; absent: adopted
    std::optional<std::uint64_t> own_bytes = {};  ///< of those that the one before it had not
    std::uint64_t retired_bytes = 0;  ///< on the disk: kept for it and those before it alone

    bool operator==(const ImageGeneration&) const = default;
};

/// GET /v1/images/{image}/generations
struct ImageGenerationList {
    std::vector<ImageGeneration> generations;  ///< ascending

    bool operator==(const ImageGenerationList&) const = default;
};

/// GET /v1/images/{image}/generations/{older}/{newer}: what makes the newer one differ.
struct GenerationDifference {
    model::ImageName image;
    model::Generation older;
    model::Generation newer;
    std::uint64_t difference_count;
    std::vector<TreeDifference> differences;  ///< the first of them, by path

    bool operator==(const GenerationDifference&) const = default;
};

/// POST /v1/image-source-differences, asked with an UpdateImage: what that would change.
struct SourceDifference {
    model::ImageName image;
    model::Generation generation;  ///< the newest
    std::string source;            ///< as ImageGeneration::source
    std::uint64_t difference_count;
    std::vector<TreeDifference> differences;  ///< the first of them, by path

    bool operator==(const SourceDifference&) const = default;
};

/// POST /v1/blade-images, PUT /v1/assignments, PUT and DELETE /v1/exports: an image and the blades
/// it is about.
struct ImageOfBlades {
    model::ImageName image;
    std::vector<model::ComponentName> blades;

    bool operator==(const ImageOfBlades&) const = default;
};

/// PUT /v1/blade-image-sizes
struct ResizeBladeImages {
    model::ImageName image;
    std::vector<model::ComponentName> blades;
    std::uint64_t size_bytes;  ///< of each

    bool operator==(const ResizeBladeImages&) const = default;
};

/// GET /v1/blade-images
struct BladeImage {
    model::ComponentName blade;
    model::ImageName image;
    model::Generation generation;
    std::string path;  ///< of the file on the server
    std::uint64_t size_bytes;
    std::uint64_t used_bytes;  ///< blocks the file takes on the server's disk
    bool is_mounted;
    bool is_exported;
    std::optional<std::string> cause;  ///< what is wrong with it
    bool is_pinned = false;            ///< stays of this generation, also when it is made anew

    bool operator==(const BladeImage&) const = default;
};

struct BladeImageList {
    std::vector<BladeImage> blade_images;

    bool operator==(const BladeImageList&) const = default;
};

/// A blade image that was deleted, and can be restored until it is purged.
struct TrashedBladeImage {
    model::ComponentName blade;
    model::ImageName image;
    model::Generation generation;
    std::string path;  ///< of the file on the server
    std::uint64_t size_bytes;
    std::uint64_t used_bytes;  ///< blocks the file takes on the server's disk
    model::Timestamp trashed;
    std::string reason;
    double age_seconds;  ///< since it was trashed
    /// Until it is deleted by itself, while the daemon runs; absent: it is not.
    std::optional<double> seconds_left = {};

    bool operator==(const TrashedBladeImage&) const = default;
};

/// GET /v1/trash
struct TrashList {
    std::vector<TrashedBladeImage> images;
    std::uint32_t days;  ///< after so many an image is deleted by itself; 0: never

    bool operator==(const TrashList&) const = default;
};

/// A file below the state directory that the database does not know: of an image's generation, or
/// with BLADE of that blade's image.
struct UnknownFile {
    model::ImageName image;
    std::optional<model::Generation> generation = {};
    std::optional<model::ComponentName> blade = {};
    std::string path;
    std::optional<std::string> problem = {};  ///< why it cannot be adopted as it is

    bool operator==(const UnknownFile&) const = default;
};

/// GET /v1/unknown-files
struct UnknownFileList {
    std::vector<UnknownFile> files;

    bool operator==(const UnknownFileList&) const = default;
};

/// POST /v1/adopted-images: what the files of an image do not tell.
struct AdoptImage {
    model::ImageName name;
    model::Architecture architecture;
    std::string init;  ///< "/sbin/init"

    bool operator==(const AdoptImage&) const = default;
};

}  // namespace dim::api
