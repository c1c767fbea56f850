#include "libdim/manifest/scan_tree.hpp"

#include "libdim/manifest/known_entries.hpp"
#include "libdim/manifest/open_parents.hpp"
#include "libdim/manifest/seen_names.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/tree_depth.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <thread>
#include <utility>

namespace dim::manifest {

namespace {

/// That of an old file system.
constexpr std::int64_t kCoarseClockUs = 2'100'000;
/// A file that takes longer than a directory of small ones is a job of its own.
constexpr std::uint64_t kLargeFile = std::uint64_t{256} << 10;
constexpr std::chrono::milliseconds kProgressInterval{200};

/// A name that is to be looked at. As long as one is, its directory stays open.
struct Job {
    std::shared_ptr<const sys::Fd> parent;
    std::string name;
    std::string path;
    std::uint64_t device = 0;  ///< the parent's
    int depth = 0;
    bool is_directory = false;
};

/// What one job has found.
struct Found {
    std::vector<SeenName> read;
    std::vector<std::size_t> known;  ///< indices of what is taken over
    std::vector<Job> more;
    std::uint64_t names_bytes = 0;
};

/// What a scan has found.
struct Sight {
    std::deque<SeenName> read;
    /// Of each entry of the earlier scan, whether it was looked at and is not taken over.
    std::vector<bool> is_changed;
};

/// One scan. Threads take the newest job first, so that few directories are open at a time.
class Scan {
public:
    /// TAKES_OVER: what is known of the earlier scan is marked, and not copied.
    Scan(const ScanSettings& settings, bool takes_over)
        : settings_(settings),
          began_us_(sys::realtime_us()),
          takes_over_(takes_over),
          known_(settings.previous, settings.names != nullptr) {
        if (takes_over) is_changed_.assign(settings.previous->manifest.entries.size(), true);
    }

    Result<Sight> run(const sys::Fd& root);

private:
    void work();
    Result<void> look_at(const Job& job, Found& found);
    Result<std::shared_ptr<const sys::Fd>> open(const Job& job, std::uint64_t& device) const;
    Result<void> list(const Job& job, Found& found);
    Result<void> list_name(const Job& child, Found& found);
    Result<void> take(const Job& job, Found& found);
    void take_known(std::size_t index, const sys::FileStatus& status, Found& found) const;
    void add(Found found);
    Result<std::optional<ReadEntry>> read_linked(const Job& job, const sys::FileStatus& status);
    bool is_left_out(const std::string& path) const {
        return settings_.filter.leaves_out && settings_.filter.leaves_out(path);
    }
    Result<std::vector<std::string>> names_in(const sys::Fd& directory,
                                              const std::string& path) const {
        std::optional<std::vector<std::string>> names;
        if (settings_.names) names = settings_.names(path);
        if (names) return *std::move(names);
        return sys::list_names(directory);
    }
    bool is_entered(const sys::Fd& directory) const {
        return settings_.filter.enters && settings_.filter.enters(directory);
    }
    bool is_recent(const sys::FileStatus& status) const;
    SeenName remember(Entry entry, const sys::FileStatus& status) const;
    /// Errors: limit_exceeded.
    Result<void> check_limits() const;
    Error too_many_names() const {
        return Error(ErrorCode::limit_exceeded, "names, link targets and attributes of more than " +
                                                    std::to_string(settings_.names_limit) +
                                                    " bytes");
    }
    std::size_t thread_count() const {
        return settings_.threads != 0 ? settings_.threads
                                      : std::max(1U, std::thread::hardware_concurrency());
    }

    const ScanSettings& settings_;
    const std::int64_t began_us_;
    const bool takes_over_;
    const KnownEntries known_;

    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_.
    std::vector<Job> jobs_;
    std::size_t unfinished_ = 0;  ///< jobs that wait or are being done
    std::optional<Error> error_;
    std::deque<SeenName> read_;
    std::vector<bool> is_changed_;
    std::uint64_t entries_ = 0;
    std::uint64_t names_bytes_ = 0;  ///< of them
    /// Files of several names, by device and inode.
    std::map<std::pair<std::uint64_t, std::uint64_t>, ReadEntry> linked_;
};

std::uint64_t names_bytes_of(const Entry& entry) {
    std::uint64_t bytes = entry.path.size() + entry.target.size();
    for (const auto& [name, value] : entry.attributes)
        bytes += name.size() + value.size();
    return bytes;
}

bool Scan::is_recent(const sys::FileStatus& status) const {
    const std::int64_t changed_us =
        status.changed.seconds * 1'000'000 + status.changed.nanoseconds / 1000;
    const std::int64_t resolution =
        status.changed.nanoseconds != 0 ? kClockResolutionUs : kCoarseClockUs;
    return changed_us > began_us_ - resolution;
}

SeenName Scan::remember(Entry entry, const sys::FileStatus& status) const {
    SeenName seen{.entry = std::move(entry),
                  .stamp = Stamp{.inode = status.inode, .changed = status.changed},
                  .inode = {status.device, status.inode},
                  .has_other_names = !S_ISDIR(status.mode) && status.links > 1};
    if (is_recent(status)) seen.stamp.reset();
    return seen;
}

Result<std::optional<ReadEntry>> Scan::read_linked(const Job& job, const sys::FileStatus& status) {
    {
        const std::scoped_lock lock(mutex_);
        const auto known = linked_.find({status.device, status.inode});
        if (known != linked_.end() && known->second.status.changed == status.changed) {
            ReadEntry same = known->second;
            same.entry.path = job.path;
            return same;
        }
    }
    DIM_TRY(std::optional<ReadEntry> read,
            read_entry(*job.parent, job.name, job.path, job.device, settings_.content));
    if (read && read->status.links > 1) {
        const std::scoped_lock lock(mutex_);
        linked_.insert_or_assign({read->status.device, read->status.inode}, *read);
    }
    return read;
}

/// What is not known is read.
Result<void> Scan::take(const Job& job, Found& found) {
    const Result<sys::FileStatus> status = sys::fstatat(*job.parent, job.name);
    if (!status && status.error().code() == ErrorCode::not_found) return {};
    if (!status) return fail(at_path(status.error(), job.path));
    const bool is_linked = S_ISREG(status->mode) && status->links > 1;
    DIM_TRY(std::optional<ReadEntry> read,
            is_linked && status->device == job.device
                ? read_linked(job, *status)
                : read_entry(*job.parent, job.name, job.path, job.device, settings_.content));
    if (read) found.read.push_back(remember(std::move(read->entry), read->status));
    return {};
}

void Scan::take_known(std::size_t index, const sys::FileStatus& status, Found& found) const {
    const Entry& entry = settings_.previous->manifest.entries[index];
    const bool has_other_names = !S_ISDIR(status.mode) && status.links > 1;
    if (takes_over_ && !has_other_names && entry.link_group == 0 && !is_recent(status)) {
        found.known.push_back(index);
        found.names_bytes += names_bytes_of(entry);
        return;
    }
    found.read.push_back(remember(entry, status));
    found.read.back().entry.link_group = 0;
}

/// None when it is gone, or of a file system that is not entered; DEVICE becomes its own.
Result<std::shared_ptr<const sys::Fd>> Scan::open(const Job& job, std::uint64_t& device) const {
    if (job.depth > sys::kTreeDepthLimit) {
        return fail(
            at_path(Error(ErrorCode::limit_exceeded, "directories nested too deep"), job.path));
    }
    Result<sys::Fd> opened = job.name.empty()
                                 ? sys::dup(*job.parent)
                                 : sys::openat(*job.parent, job.name, O_RDONLY | O_DIRECTORY);
    if (!opened) {
        // Gone since it was seen, or replaced by something else, which is as good as gone.
        const int number = opened.error().system_errno();
        if (number == ENOENT || number == ENOTDIR || number == ELOOP) return nullptr;
        return fail(at_path(std::move(opened).error(), job.path));
    }
    DIM_TRY(const sys::FileStatus own, sys::fstat(*opened));
    if (own.device != job.device && !is_entered(*opened)) return nullptr;
    device = own.device;
    return std::make_shared<const sys::Fd>(*std::move(opened));
}

Result<void> Scan::list(const Job& job, Found& found) {
    std::uint64_t device = 0;
    DIM_TRY(const std::shared_ptr<const sys::Fd> directory, open(job, device));
    if (!directory) return {};
    Result<std::vector<std::string>> names = names_in(*directory, job.path);
    if (!names) return fail(at_path(std::move(names).error(), job.path));
    std::uint64_t names_bytes = 0;
    Job child{
        .parent = directory, .name = {}, .path = {}, .device = device, .depth = job.depth + 1};
    for (std::string& name : *names) {
        child.path.assign(job.path);
        if (!job.path.empty()) child.path += '/';
        child.path += name;
        child.name = std::move(name);
        if (is_left_out(child.path)) continue;
        if (child.path.size() > kPathLimit)
            return fail(at_path(Error(ErrorCode::limit_exceeded, "path too long"), child.path));
        names_bytes += child.path.size();
        if (names_bytes > settings_.names_limit) return fail(at_path(too_many_names(), job.path));
        DIM_CHECK(list_name(child, found));
    }
    return {};
}

Result<void> Scan::list_name(const Job& child, Found& found) {
    const Result<sys::FileStatus> status = sys::fstatat(*child.parent, child.name);
    if (!status && status.error().code() == ErrorCode::not_found) return {};
    if (!status) return fail(at_path(status.error(), child.path));
    const std::optional<std::size_t> known = known_.find(child.path, *status);
    if (known && status->device == child.device) {
        take_known(*known, *status, found);
    } else if (S_ISREG(status->mode) && status->size >= kLargeFile) {
        found.more.push_back(child);
    } else {
        DIM_CHECK(take(child, found));
    }
    if (!S_ISDIR(status->mode)) return {};
    found.more.push_back(child);
    found.more.back().is_directory = true;
    return {};
}

Result<void> Scan::look_at(const Job& job, Found& found) {
    DIM_CHECK(job.is_directory ? list(job, found) : take(job, found));
    for (const SeenName& seen : found.read)
        found.names_bytes += names_bytes_of(seen.entry);
    return {};
}

Result<void> Scan::check_limits() const {
    if (entries_ > settings_.entries_limit)
        return fail(ErrorCode::limit_exceeded,
                    "more than " + std::to_string(settings_.entries_limit) + " files");
    if (names_bytes_ > settings_.names_limit) return fail(too_many_names());
    return {};
}

void Scan::add(Found found) {
    entries_ += found.read.size() + found.known.size();
    names_bytes_ += found.names_bytes;
    for (const std::size_t index : found.known)
        is_changed_[index] = false;
    std::ranges::move(found.read, std::back_inserter(read_));
    unfinished_ += found.more.size();
    std::ranges::move(found.more, std::back_inserter(jobs_));
}

void Scan::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return !jobs_.empty() || unfinished_ == 0 || error_; });
        if (jobs_.empty() || error_) return;
        const Job job = std::move(jobs_.back());
        jobs_.pop_back();
        lock.unlock();
        Found found;
        Result<void> looked = look_at(job, found);
        lock.lock();
        if (!looked && !error_) error_ = std::move(looked).error();
        const bool has_more = !found.more.empty();
        add(std::move(found));
        if (auto checked = check_limits(); !checked && !error_) error_ = std::move(checked).error();
        if (--unfinished_ == 0 || error_ || has_more) changed_.notify_all();
    }
}

Result<Sight> Scan::run(const sys::Fd& root) {
    DIM_TRY(sys::Fd own, sys::dup(root));
    DIM_TRY(ReadEntry first, read_root(root));
    const std::uint64_t device = first.status.device;
    read_.push_back(remember(std::move(first.entry), first.status));
    ++entries_;
    jobs_.push_back({.parent = std::make_shared<const sys::Fd>(std::move(own)),
                     .name = {},
                     .path = {},
                     .device = device,
                     .depth = 0,
                     .is_directory = true});
    unfinished_ = 1;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < thread_count(); ++i)
            threads.emplace_back([this] { work(); });
        std::unique_lock lock(mutex_);
        while (!changed_.wait_for(lock, kProgressInterval,
                                  [&] { return unfinished_ == 0 || error_; })) {
            const std::uint64_t entries = entries_;
            lock.unlock();
            if (settings_.progress) settings_.progress(entries);
            lock.lock();
        }
    }
    if (error_) return fail(*std::move(error_));
    return Sight{std::move(read_), std::move(is_changed_)};
}

Result<void> check_directory(const sys::Fd& root) {
    DIM_TRY(const sys::FileStatus status, sys::fstat(root));
    if (S_ISDIR(status.mode)) return {};
    return fail(ErrorCode::invalid_input, "no directory");
}

}  // namespace

Result<ScannedTree> scan_tree(const sys::Fd& root, const ScanSettings& settings) {
    DIM_CHECK(check_directory(root));
    Scan scan(settings, false);
    DIM_TRY(Sight sight, scan.run(root));
    return tree_of(std::move(sight.read));
}

Result<RescannedTree> scan_tree_again(const sys::Fd& root, ScannedTree previous,
                                      const ScanSettings& settings) {
    DIM_CHECK(check_directory(root));
    const std::size_t size = previous.manifest.entries.size();
    previous.cache.resize(size);
    previous.inodes.resize(size);
    for (std::size_t i = 0; i < size; ++i)
        if (previous.cache[i]) previous.inodes[i] = previous.cache[i]->inode;
    ScanSettings again = settings;
    again.previous = &previous;
    again.names = {};
    Sight sight;
    {
        Scan scan(again, true);
        DIM_TRY(sight, scan.run(root));
    }
    ScannedTree looked = tree_of(std::move(sight.read));
    // A name that moved while its directory was read may have been seen as it was, and then not.
    for (std::size_t i = 0, next = 0; i < size; ++i) {
        const std::vector<Entry>& entries = looked.manifest.entries;
        while (next < entries.size() && entries[next].path < previous.manifest.entries[i].path)
            ++next;
        if (next == entries.size() || entries[next].path != previous.manifest.entries[i].path)
            continue;
        sight.is_changed[i] = true;
        previous.inodes[i] = looked.inodes[next];
    }
    return merge_scans(std::move(previous), sight.is_changed, std::move(looked));
}

}  // namespace dim::manifest
