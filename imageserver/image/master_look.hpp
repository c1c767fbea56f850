#pragma once

#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/known_master.hpp"
#include "imageserver/image/machine_master.hpp"
#include "imageserver/image/master_tree.hpp"
#include "imageserver/image/master_watch.hpp"
#include "imageserver/image/split_tree.hpp"
#include "imageserver/service/notes.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/manifest/scan_cache.hpp"
#include "libdim/manifest/tree_change.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// A master as it is now, beside the newest generation of its image.
struct MasterLook {
    api::ImageSummary image;
    api::ImageSource source;
    MasterTree master;
    std::unique_ptr<MachineMaster> machine;  ///< when the master is one
    std::vector<std::string> shared;
    std::string scope;  ///< the paths that were looked at, for a person; empty: all
    /// The newest generation is known to be just that; then the split tree is left empty.
    bool is_newest = false;
    SplitTree split = {};
    Notes notes = {};

    /// MasterLooks::remember() needs it.
    struct Memory {
        manifest::ScannedTree scanned;             ///< until it is recorded
        std::shared_ptr<const LookedTree> looked;  ///< what of it is known already
        bool is_recorded = false;                  ///< for the next look
        std::int64_t whole_us = 0;
    };
    Memory memory = {};

    std::string source_text() const;
    /// The files of the generation that is made of it; no more than the newest one has not.
    Result<std::shared_ptr<manifest::FileSource>> files() const;
};

/// What of the master is needed.
enum class LookFor { files, differences };

/// Looks at the masters of images, at as little of them as is sure to do: what the last look has
/// recorded is not read again, of a machine only what changed is fetched, and of a master that is
/// watched only what was changed is looked at. One call at a time for an image.
class MasterLooks {
public:
    /// The references outlive this.
    MasterLooks(ImageCatalog& catalog, const ImagePaths& paths)
        : catalog_(catalog), paths_(paths) {}

    /// Masters are watched from now on; it outlives this.
    void use(MasterWatch& watch) { watch_ = &watch; }

    /// Errors: those of capture_master(); invalid_input for a master that is not known or, with
    /// paths, no directory; not_found for what is to be shared and is not there.
    Result<MasterLook> look(const api::UpdateImage& request, LookFor look_for,
                            const Progress& progress);
    /// To be quick the next time; without it all is looked at, and every file read. IS_NEWEST: what
    /// LOOK has found is the newest generation, as it is now.
    void remember(MasterLook& look, bool is_newest);
    /// The image is gone.
    void forget(const model::ImageName& image);

private:
    /// What an image's master was, and the generation that is the same, by their digests.
    struct Same {
        std::string master;
        std::vector<std::string> shared_names;
        std::string shared;
        std::string golden;

        bool operator==(const Same&) const = default;
    };
    Result<api::ImageSource> source_of(const api::UpdateImage& request);
    Result<MasterLook> capture(const api::UpdateImage& request, LookFor look_for,
                               const Progress& progress);
    Result<Same> same_of(const MasterLook& look, std::string master) const;
    bool is_known_as_newest(const MasterLook& look, const std::string& master);
    bool look_at_changes(MasterLook& look, MasterNews& news);
    void record(MasterLook& look) const;
    Result<void> look_at_all(MasterLook& look, const Progress& progress);
    Result<void> look_at_master(MasterLook& look, bool is_whole, const Progress& progress);
    Result<void> look_at_machine(MasterLook& look, const Progress& progress);
    Result<void> look_at_scope(MasterLook& look, const std::vector<std::string>& paths,
                               const Progress& progress);

    ImageCatalog& catalog_;
    const ImagePaths& paths_;
    MasterWatch* watch_ = nullptr;
    std::mutex mutex_;
    std::map<model::ImageName, Same> same_;  ///< guarded by mutex_
};

/// For the next look, which is quick then: the first generation of an image, which was made of
/// MACHINE.
void remember_first(const api::ImageSummary& image, const api::ImageSource& source,
                    const MachineMaster& machine, const ImagePaths& paths);

/// The newest generation of IMAGE. Errors: those of TreeGenerations::record().
Result<SplitTree> split_of(const api::ImageSummary& image, const ImagePaths& paths);

}  // namespace dim::server
