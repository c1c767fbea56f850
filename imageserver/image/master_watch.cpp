#include "imageserver/image/master_watch.hpp"

#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/disk_file_system.hpp"
#include "libdim/sys/fanotify.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mountinfo.hpp"
#include "libdim/sys/poll.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <sys/sysmacros.h>
#include <utility>

namespace dim::server {

namespace {

/// Between two reads: what a busy file system tells again and again is one change in the kernel's
/// queue for as long, and its 16,384 do not fill.
constexpr std::chrono::milliseconds kPause{25};
/// Reads of one drain, of some thousand changes each; a queue that is longer is lost.
constexpr int kMostReads = 200;
constexpr std::string_view kMountinfo = "/proc/self/mountinfo";
constexpr std::size_t kMountinfoLimit = std::size_t{64} << 20;

constexpr std::string_view kOverflow = "more changed at once than the kernel keeps";
constexpr std::string_view kMountedAnew = "its file system was mounted anew";
/// It may have hidden files of the master for a moment, of which nothing else tells.
constexpr std::string_view kMountedMeanwhile =
    "something was mounted or unmounted on this server during the last look";

}  // namespace

struct MasterWatch::Tree {
    std::optional<api::ImageSource> source;
    std::uint64_t root = 0;    ///< inode
    std::string mounts;        ///< what is mounted below
    sys::Fd mountinfo;         ///< since the look began
    sys::MarkedFileSystem on;  ///< where it is
    std::vector<std::string> mount_points;
    bool is_begun = true;  ///< and did not end
    std::string lost;      ///< why it is not known what changed; empty: it is
    ChangeNotes notes;
    std::shared_ptr<const LookedTree> looked;
    std::vector<std::uint64_t> inodes;  ///< of looked, sorted

    void lose(std::string_view why) {
        if (lost.empty()) lost = why;
        notes = {};
    }
    void hear(const sys::FileChange& change) {
        if (!lost.empty() || change.file_system != on.id) return;
        if (is_begun) {
            notes.add(change);
        } else {
            notes.add(change, inodes);
        }
        if (notes.is_too_much())
            lose("more than " + std::to_string(ChangeNotes::kLimit) + " changes");
    }
};

MasterWatch::MasterWatch(Settings settings, sys::Fd fanotify, sys::Pipe stop)
    : settings_(std::move(settings)), fanotify_(std::move(fanotify)), stop_(std::move(stop)) {}

MasterWatch::~MasterWatch() {
    // The reader sees its end of the pipe.
    stop_.write_end.reset();
    if (reader_.joinable()) reader_.join();
}

Result<std::unique_ptr<MasterWatch>> MasterWatch::open(Settings settings) {
    DIM_TRY(sys::Fd fanotify, sys::fanotify_init());
    DIM_TRY(sys::Pipe stop, sys::pipe());
    if (!settings.now_us) settings.now_us = sys::boottime_us;
    return std::unique_ptr<MasterWatch>(
        new MasterWatch(std::move(settings), std::move(fanotify), std::move(stop)));
}

void MasterWatch::start() {
    reader_ = std::jthread([this] { read_on(); });
}

void MasterWatch::read_on() {
    const std::array<sys::PollItem, 2> items{
        {{.fd = stop_.read_end, .is_to_read = true}, {.fd = fanotify_, .is_to_read = true}}};
    while (sys::poll(items, sys::Deadline::never())) {
        const auto stopped =
            sys::poll(stop_.read_end, sys::Readiness::readable, sys::Deadline::in(kPause));
        if (stopped || stopped.error().code() != ErrorCode::timed_out) return;
        const std::scoped_lock lock(mutex_);
        drain();
    }
}

bool MasterWatch::read_once() {
    const Result<sys::FileChanges> told = sys::fanotify_read(fanotify_);
    if (!told) {
        lose_all("the kernel does not tell: " + told.error().message());
        return false;
    }
    if (told->is_incomplete) lose_all(std::string(kOverflow));
    for (const sys::FileChange& change : told->changes)
        for (auto& [image, tree] : trees_)
            tree.hear(change);
    return told->has_more;
}

/// All that was told before; what is told meanwhile may stay.
void MasterWatch::drain() {
    for (int reads = 0; reads < kMostReads; ++reads)
        if (!read_once()) return;
    lose_all(std::string(kOverflow));
}

void MasterWatch::lose_all(const std::string& why) {
    for (auto& [image, tree] : trees_)
        tree.lose(why);
}

/// A mark goes when its file system is unmounted; nothing is told of what comes after.
void MasterWatch::lose_unmounted() {
    for (auto& [image, tree] : trees_) {
        const auto has_mark = sys::fanotify_has_mark(fanotify_, tree.on.device);
        if (!has_mark || !*has_mark) tree.lose(kMountedAnew);
    }
}

/// All but where it is marked.
Result<MasterWatch::Tree> MasterWatch::look_around(const api::ImageSource& source,
                                                   const sys::Fd& root,
                                                   const sys::TreeFilter& filter) const {
    DIM_TRY(const sys::FileStatus status, sys::fstat(root));
    DIM_TRY(const std::string path, sys::read_link("/proc/self/fd/" + std::to_string(root.get())));
    Tree tree;
    DIM_TRY(tree.mountinfo, sys::open(std::string(kMountinfo), O_RDONLY));
    DIM_TRY(const std::string text, sys::read_file(std::string(kMountinfo), kMountinfoLimit));
    DIM_TRY(const std::vector<sys::MountEntry> mounts, sys::parse_mountinfo(text));
    tree.source = source;
    tree.root = status.inode;
    const std::string above = path == "/" ? path : path + "/";
    for (const sys::MountEntry& mount : mounts) {
        if (!mount.target.starts_with(above) || mount.target == "/") continue;
        if (makedev(mount.device_major, mount.device_minor) == status.device ||
            (filter.enters && sys::is_disk_type(mount.type)))
            return fail(ErrorCode::conflict, mount.target + " is mounted in it");
        tree.mounts += sys::to_string(mount) + "\n";
        tree.mount_points.push_back(mount.target.substr(above.size()));
    }
    return tree;
}

std::string MasterWatch::why_whole(const Tree* known, const Tree& now) const {
    if (known == nullptr) return "it was not watched since the last time";
    if (known->is_begun) return "the last look did not end";
    if (!known->lost.empty()) return known->lost;
    if (known->source != now.source || known->root != now.root || known->on.id != now.on.id ||
        known->on.device != now.on.device)
        return "it is another one, or with other options";
    if (known->mounts != now.mounts)
        return "other file systems are mounted in it than the last time";
    if (settings_.now_us() - known->looked->whole_us >= settings_.whole_after.count())
        return "the last such look is a day old";
    return {};
}

MasterNews MasterWatch::begin(const model::ImageName& image, const api::ImageSource& source,
                              const sys::Fd& root, const sys::TreeFilter& filter) {
    const std::scoped_lock lock(mutex_);
    // What was told so far is for this look; what comes from here on is for the next one.
    drain();
    lose_unmounted();
    auto known = trees_.extract(image);
    auto now = look_around(source, root, filter);
    auto marked = now ? sys::fanotify_mark(fanotify_, root) : fail(now.error());
    if (!marked) {
        MasterNews unknown;
        unknown.why_whole = "it cannot be watched: " + marked.error().message();
        return unknown;
    }
    now->on = *marked;
    MasterNews news{.why_whole = why_whole(known.empty() ? nullptr : &known.mapped(), *now),
                    .looked = {},
                    .notes = {},
                    .mount_points = now->mount_points};
    if (news.why_whole.empty()) {
        news.looked = std::move(known.mapped().looked);
        news.notes = std::move(known.mapped().notes);
    }
    trees_.emplace(image, *std::move(now));
    return news;
}

void MasterWatch::close_look(const model::ImageName& image) {
    const std::scoped_lock lock(mutex_);
    const auto found = trees_.find(image);
    if (found == trees_.end() || !found->second.is_begun) return;
    Tree& tree = found->second;
    const auto changed = sys::has_mount_changed(tree.mountinfo);
    tree.mountinfo.reset();
    if (!changed || *changed) tree.lose(kMountedMeanwhile);
}

void MasterWatch::end(const model::ImageName& image, std::shared_ptr<const LookedTree> looked) {
    const std::scoped_lock lock(mutex_);
    const auto found = trees_.find(image);
    if (found == trees_.end() || !found->second.is_begun) return;
    Tree& tree = found->second;
    tree.inodes = looked->inodes;
    std::ranges::sort(tree.inodes);
    tree.notes.keep(tree.inodes);
    tree.looked = std::move(looked);
    tree.is_begun = false;
}

void MasterWatch::forget(const model::ImageName& image) {
    const std::scoped_lock lock(mutex_);
    trees_.erase(image);
    if (trees_.empty()) (void)sys::fanotify_flush(fanotify_);
}

}  // namespace dim::server
