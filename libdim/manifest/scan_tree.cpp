#include "libdim/manifest/scan_tree.hpp"

#include "libdim/manifest/open_parents.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/tree_depth.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <thread>
#include <unordered_map>
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

struct Scanned {
    Entry entry;
    std::optional<Stamp> stamp;
    std::pair<std::uint64_t, std::uint64_t> inode;  ///< with its device
    bool has_other_names = false;
};

/// What an earlier scan knows, by path.
class Previous {
public:
    explicit Previous(const ScannedTree* tree) : tree_(tree) {
        if (tree_ == nullptr || tree_->cache.size() != tree_->manifest.entries.size()) return;
        by_path_.reserve(tree_->cache.size());
        for (std::size_t i = 0; i < tree_->cache.size(); ++i)
            if (tree_->cache[i]) by_path_.emplace(tree_->manifest.entries[i].path, i);
    }
    /// The entry of PATH, when STATUS proves that it is still true.
    const Entry* find(std::string_view path, const sys::FileStatus& status) const {
        const auto found = by_path_.find(path);
        if (found == by_path_.end()) return nullptr;
        const Entry& entry = tree_->manifest.entries[found->second];
        const Stamp& stamp = *tree_->cache[found->second];
        const bool is_file = entry.type == EntryType::file;
        const bool is_true = stamp.inode == status.inode && stamp.changed == status.changed &&
                             entry.modified == status.modified && is_file == S_ISREG(status.mode) &&
                             (entry.type == EntryType::directory) == S_ISDIR(status.mode) &&
                             (!is_file || entry.size == status.size);
        return is_true ? &entry : nullptr;
    }

private:
    const ScannedTree* tree_;
    std::unordered_map<std::string_view, std::size_t> by_path_;
};

/// One scan. Threads take the newest job first, so that few directories are open at a time.
class Scan {
public:
    explicit Scan(const ScanSettings& settings)
        : settings_(settings), began_us_(sys::realtime_us()), previous_(settings.previous) {}

    Result<std::vector<Scanned>> run(const sys::Fd& root);

private:
    void work();
    Result<void> look_at(const Job& job, std::vector<Scanned>& found, std::vector<Job>& more);
    Result<std::shared_ptr<const sys::Fd>> open(const Job& job, std::uint64_t& device) const;
    Result<void> list(const Job& job, std::vector<Scanned>& found, std::vector<Job>& more);
    Result<void> list_name(Job child, std::vector<Scanned>& found, std::vector<Job>& more);
    Result<void> take(const Job& job, std::vector<Scanned>& found);
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
    Scanned remember(Entry entry, const sys::FileStatus& status) const;
    /// FOUND has been merged. Errors: limit_exceeded.
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
    const Previous previous_;

    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_.
    std::vector<Job> jobs_;
    std::size_t unfinished_ = 0;  ///< jobs that wait or are being done
    std::optional<Error> error_;
    std::vector<Scanned> found_;
    std::uint64_t names_bytes_ = 0;  ///< of found_
    /// Files of several names, by device and inode.
    std::map<std::pair<std::uint64_t, std::uint64_t>, ReadEntry> linked_;
};

std::uint64_t names_bytes_of(const Entry& entry) {
    std::uint64_t bytes = entry.path.size() + entry.target.size();
    for (const auto& [name, value] : entry.attributes)
        bytes += name.size() + value.size();
    return bytes;
}

Scanned Scan::remember(Entry entry, const sys::FileStatus& status) const {
    Scanned scanned{.entry = std::move(entry),
                    .stamp = Stamp{.inode = status.inode, .changed = status.changed},
                    .inode = {status.device, status.inode},
                    .has_other_names = !S_ISDIR(status.mode) && status.links > 1};
    const std::int64_t changed_us =
        status.changed.seconds * 1'000'000 + status.changed.nanoseconds / 1000;
    const std::int64_t resolution =
        status.changed.nanoseconds != 0 ? kClockResolutionUs : kCoarseClockUs;
    if (changed_us > began_us_ - resolution) scanned.stamp.reset();
    return scanned;
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
Result<void> Scan::take(const Job& job, std::vector<Scanned>& found) {
    const Result<sys::FileStatus> status = sys::fstatat(*job.parent, job.name);
    if (!status && status.error().code() == ErrorCode::not_found) return {};
    if (!status) return fail(at_path(status.error(), job.path));
    const bool is_linked = S_ISREG(status->mode) && status->links > 1;
    DIM_TRY(std::optional<ReadEntry> read,
            is_linked && status->device == job.device
                ? read_linked(job, *status)
                : read_entry(*job.parent, job.name, job.path, job.device, settings_.content));
    if (read) found.push_back(remember(std::move(read->entry), read->status));
    return {};
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

Result<void> Scan::list(const Job& job, std::vector<Scanned>& found, std::vector<Job>& more) {
    std::uint64_t device = 0;
    DIM_TRY(const std::shared_ptr<const sys::Fd> directory, open(job, device));
    if (!directory) return {};
    Result<std::vector<std::string>> names = names_in(*directory, job.path);
    if (!names) return fail(at_path(std::move(names).error(), job.path));
    std::uint64_t names_bytes = 0;
    for (std::string& name : *names) {
        std::string path = job.path.empty() ? name : job.path + "/" + name;
        if (is_left_out(path)) continue;
        if (path.size() > kPathLimit)
            return fail(at_path(Error(ErrorCode::limit_exceeded, "path too long"), path));
        names_bytes += path.size();
        if (names_bytes > settings_.names_limit) return fail(at_path(too_many_names(), job.path));
        DIM_CHECK(list_name({.parent = directory,
                             .name = std::move(name),
                             .path = std::move(path),
                             .device = device,
                             .depth = job.depth + 1},
                            found, more));
    }
    return {};
}

Result<void> Scan::list_name(Job child, std::vector<Scanned>& found, std::vector<Job>& more) {
    const Result<sys::FileStatus> status = sys::fstatat(*child.parent, child.name);
    if (!status && status.error().code() == ErrorCode::not_found) return {};
    if (!status) return fail(at_path(status.error(), child.path));
    child.is_directory = S_ISDIR(status->mode);
    const Entry* known = previous_.find(child.path, *status);
    if (known != nullptr && status->device == child.device) {
        found.push_back(remember(*known, *status));
        found.back().entry.link_group = 0;
    } else if (S_ISREG(status->mode) && status->size >= kLargeFile) {
        more.push_back(child);
    } else {
        DIM_CHECK(take(child, found));
    }
    if (child.is_directory) more.push_back(std::move(child));
    return {};
}

Result<void> Scan::look_at(const Job& job, std::vector<Scanned>& found, std::vector<Job>& more) {
    return job.is_directory ? list(job, found, more) : take(job, found);
}

Result<void> Scan::check_limits() const {
    if (found_.size() > settings_.entries_limit)
        return fail(ErrorCode::limit_exceeded,
                    "more than " + std::to_string(settings_.entries_limit) + " files");
    if (names_bytes_ > settings_.names_limit) return fail(too_many_names());
    return {};
}

void Scan::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return !jobs_.empty() || unfinished_ == 0 || error_; });
        if (jobs_.empty() || error_) return;
        const Job job = std::move(jobs_.back());
        jobs_.pop_back();
        lock.unlock();
        std::vector<Scanned> found;
        std::vector<Job> more;
        Result<void> looked = look_at(job, found, more);
        lock.lock();
        if (!looked && !error_) error_ = std::move(looked).error();
        for (const Scanned& scanned : found)
            names_bytes_ += names_bytes_of(scanned.entry);
        std::ranges::move(found, std::back_inserter(found_));
        if (auto checked = check_limits(); !checked && !error_) error_ = std::move(checked).error();
        unfinished_ += more.size();
        std::ranges::move(more, std::back_inserter(jobs_));
        if (--unfinished_ == 0 || error_ || !more.empty()) changed_.notify_all();
    }
}

Result<std::vector<Scanned>> Scan::run(const sys::Fd& root) {
    DIM_TRY(sys::Fd own, sys::dup(root));
    DIM_TRY(ReadEntry first, read_root(root));
    const std::uint64_t device = first.status.device;
    found_.push_back(remember(std::move(first.entry), first.status));
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
            const std::uint64_t entries = found_.size();
            lock.unlock();
            if (settings_.progress) settings_.progress(entries);
            lock.lock();
        }
    }
    if (error_) return fail(*std::move(error_));
    return std::move(found_);
}

/// Numbers the link groups of what is sorted. Names of one file that was changed between two looks
/// at it all get what was seen last.
void group_links(std::vector<Scanned>& sorted) {
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<Scanned*>> names;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> order;
    for (Scanned& scanned : sorted) {
        if (!scanned.has_other_names) continue;
        std::vector<Scanned*>& same = names[scanned.inode];
        if (same.empty()) order.push_back(scanned.inode);
        same.push_back(&scanned);
    }
    std::uint32_t group = 0;
    for (const auto& inode : order) {
        const std::vector<Scanned*>& same = names.at(inode);
        if (same.size() == 1) continue;
        ++group;
        Scanned newest = *same.front();
        for (const Scanned* scanned : same)
            if (!scanned->stamp ||
                (newest.stamp && newest.stamp->changed < scanned->stamp->changed))
                newest = *scanned;
        newest.entry.link_group = group;
        for (Scanned* scanned : same) {
            std::string path = std::move(scanned->entry.path);
            *scanned = newest;
            scanned->entry.path = std::move(path);
        }
    }
}

/// By path; whole entries are moved once.
std::vector<Scanned> sort_by_path(std::vector<Scanned> found) {
    std::vector<std::size_t> order(found.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {},
                      [&](std::size_t i) -> std::string_view { return found[i].entry.path; });
    std::vector<Scanned> sorted;
    sorted.reserve(found.size());
    for (const std::size_t i : order)
        sorted.push_back(std::move(found[i]));
    return sorted;
}

}  // namespace

Result<ScannedTree> scan_tree(const sys::Fd& root, const ScanSettings& settings) {
    DIM_TRY(const sys::FileStatus status, sys::fstat(root));
    if (!S_ISDIR(status.mode)) return fail(ErrorCode::invalid_input, "no directory");
    Scan scan(settings);
    DIM_TRY(std::vector<Scanned> found, scan.run(root));
    std::vector<Scanned> sorted = sort_by_path(std::move(found));
    // A name that moved while its directory was read may have been seen twice.
    const auto repeated = std::ranges::unique(
        sorted, {}, [](const Scanned& scanned) -> std::string_view { return scanned.entry.path; });
    sorted.erase(repeated.begin(), repeated.end());
    group_links(sorted);
    ScannedTree tree;
    tree.manifest.entries.reserve(sorted.size());
    tree.cache.reserve(sorted.size());
    tree.inodes.reserve(sorted.size());
    for (Scanned& scanned : sorted) {
        tree.manifest.entries.push_back(std::move(scanned.entry));
        tree.cache.push_back(scanned.stamp);
        tree.inodes.push_back(scanned.inode.second);
    }
    return tree;
}

}  // namespace dim::manifest
