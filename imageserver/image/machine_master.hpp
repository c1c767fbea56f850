#pragma once

#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/listed_tree.hpp"
#include "imageserver/image/split_tree.hpp"
#include "imageserver/master/capture.hpp"
#include "libdim/base/result.hpp"
#include "libdim/manifest/scan_cache.hpp"
#include "libdim/model/names.hpp"
#include "libdim/sys/fd.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dim::server {

/// What the next generation of an image is made of when its master is a machine of which an earlier
/// look is known: the files that changed come, those that the newest generation has under other
/// paths are copied there, and all others are not touched.
class MachineMaster final : public FetchPlan {
public:
    struct Settings {
        model::ImageName image;
        model::Generation newest;
        std::string source;                   ///< for people
        std::vector<std::string> shared_now;  ///< by the newest generation
        std::vector<std::string> shared;      ///< by the next one
        /// None: all of it comes, and is listed for the next time.
        std::optional<manifest::ScannedTree> known = {};
        /// Files of the generation to be made shall be in roots(); else only tree() is wanted.
        bool has_files = true;
    };
    /// PATHS outlives this.
    MachineMaster(Settings settings, const ImagePaths& paths)
        : settings_(std::move(settings)), paths_(&paths) {}

    Result<std::optional<Wanted>> begin(MachineList list) override;
    Result<Wanted> more(sys::Fd root, std::set<std::string> came) override;

    /// Whether only what changed came: then this is the master, and no directory is.
    bool is_partial() const { return is_partial_; }
    /// What the machine listed, if it did; without names when it is partial and all has come.
    const std::optional<MachineList>& list() const { return list_; }
    /// When it is partial and all has come.
    const manifest::ScannedTree& tree() const { return tree_.tree; }
    /// Those have, at their paths, the files that the newest generation has not; the first that
    /// has one counts.
    const std::vector<sys::Fd>& roots() const { return roots_; }

private:
    void add_root(sys::Fd root);
    Result<Wanted> look();
    Wanted wanted(std::vector<std::string> paths);
    Result<std::vector<manifest::Entry>> missing_files() const;
    Result<std::vector<std::string>> take_from_newest();

    Settings settings_;
    const ImagePaths* paths_;
    bool is_partial_ = false;
    std::optional<MachineList> list_;
    FetchedFiles fetched_;
    std::set<std::string> copied_;
    ListedTree tree_;
    std::vector<sys::Fd> roots_;
};

}  // namespace dim::server
