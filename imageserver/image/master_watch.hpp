#pragma once

#include "imageserver/image/change_notes.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/tree_filter.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace dim::server {

/// What a look at the whole of a tree found, and by what it is known again.
struct LookedTree {
    std::string digest;                 ///< of its manifest
    std::vector<std::uint64_t> inodes;  ///< ScannedTree::inodes
    std::int64_t whole_us = 0;          ///< since boot: when all of it was looked at
};

/// What the kernel told of a master since it was looked at.
struct MasterNews {
    /// Why that does not do, and the whole of it is to be looked at; empty: what follows is sure.
    std::string why_whole;
    std::shared_ptr<const LookedTree> looked;
    ChangeNotes notes;
    /// To be looked at each time: other file systems lie there, which are not watched.
    std::vector<std::string> mount_points;
};

/// Watches the directories that images are made from, by fanotify(7), from the moment in which one
/// begins to be looked at: the next look need be at what was changed alone. It forgets with the
/// process, and whatever it cannot be sure of it calls unknown. What the kernel does not tell is in
/// docs/sync.md. Any thread may call; nothing waits for more than the kernel's queue.
class MasterWatch {
public:
    struct Settings {
        /// After which the whole is looked at all the same.
        std::chrono::microseconds whole_after = std::chrono::hours(24);
        /// CLOCK_BOOTTIME, in microseconds; none: the real one.
        std::function<std::int64_t()> now_us = {};
    };
    /// Errors: what the kernel refuses.
    static Result<std::unique_ptr<MasterWatch>> open(Settings settings);
    ~MasterWatch();
    MasterWatch(const MasterWatch&) = delete;
    MasterWatch& operator=(const MasterWatch&) = delete;

    /// Empties the kernel's queue on a thread of its own from now on, so that it does not overflow
    /// between two looks.
    void start();

    /// IMAGE is about to be looked at: SOURCE, whose directory is ROOT, with what FILTER leaves of
    /// it. What changes from now on is for the next time. Until end() the look has failed.
    MasterNews begin(const model::ImageName& image, const api::ImageSource& source,
                     const sys::Fd& root, const sys::TreeFilter& filter);
    /// All was looked at; what is mounted from now on did not hide anything.
    void close_look(const model::ImageName& image);
    /// What the look that begin() began has found.
    void end(const model::ImageName& image, std::shared_ptr<const LookedTree> looked);
    void forget(const model::ImageName& image);

private:
    struct Tree;
    MasterWatch(Settings settings, sys::Fd fanotify, sys::Pipe stop);
    void read_on();
    /// True when there may be more. mutex_ is held.
    bool read_once();
    void drain();
    void lose_all(const std::string& why);
    void lose_unmounted();
    std::string why_whole(const Tree* known, const Tree& now) const;
    Result<Tree> look_around(const api::ImageSource& source, const sys::Fd& root,
                             const sys::TreeFilter& filter) const;

    const Settings settings_;
    const sys::Fd fanotify_;
    sys::Pipe stop_;
    std::mutex mutex_;
    std::map<model::ImageName, Tree> trees_;  ///< guarded by mutex_
    std::jthread reader_;
};

}  // namespace dim::server
