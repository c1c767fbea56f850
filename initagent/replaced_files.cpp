#include "initagent/replaced_files.hpp"

#include "initagent/executed_files.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/mountinfo.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

namespace dim::agent {

namespace {

// Of what the kernel says of one process, and what is remembered of all: users choose how much.
constexpr std::size_t kMapsBytes = std::size_t{4} << 20;
constexpr std::size_t kPathsKnown = 10'000;
constexpr std::size_t kTextBytes = 64 * 1024;
constexpr std::string_view kDeleted = " (deleted)";

/// The beginning of a file of /proc, at most LIMIT bytes; what is longer is cut.
Result<std::string> read_beginning(const std::string& path, std::size_t limit) {
    DIM_TRY(const sys::Fd file, sys::open(path, O_RDONLY));
    std::string text;
    while (text.size() < limit) {
        char buffer[16 * 1024];
        const std::size_t room = std::min(sizeof(buffer), limit - text.size());
        DIM_TRY(const std::size_t count, sys::read(file, std::span(buffer, room)));
        if (count == 0) break;
        text.append(buffer, count);
    }
    return text;
}

class Look {
public:
    explicit Look(const ReplacedFilesSettings& settings)
        : settings_(settings), end_(sys::Deadline::in(settings.patience)) {}

    Result<api::Restarts> run() {
        const std::string init = settings_.processes + '/' + settings_.init;
        DIM_TRY(root_, sys::open(init + "/root", O_PATH | O_DIRECTORY));
        DIM_TRY(root_status_, sys::fstat(root_));
        DIM_CHECK(find_devices(init + "/mountinfo"));
        DIM_TRY(const auto pids, processes());
        for (const std::uint32_t pid : pids) {
            if (end_.has_passed()) {
                found_.cause = "there was no time to look at all processes";
                break;
            }
            look_at(pid);
        }
        std::ranges::move(others_, std::back_inserter(found_.processes));
        return api::bounded(std::move(found_));
    }

private:
    Result<void> find_devices(const std::string& mountinfo) {
        DIM_TRY(const std::string text, sys::read_file(mountinfo));
        DIM_TRY(const auto mounts, sys::parse_mountinfo(text));
        for (const sys::MountEntry& mount : mounts)
            if (std::ranges::count(settings_.mount_points, mount.target) != 0)
                devices_.emplace(mount.device_major, mount.device_minor);
        return {};
    }
    Result<std::vector<std::uint32_t>> processes() const {
        DIM_TRY(const auto names, sys::list_names(settings_.processes));
        std::vector<std::uint32_t> pids;
        for (const std::string& name : names)
            if (const auto pid = parse_number<std::uint32_t>(name)) pids.push_back(*pid);
        std::ranges::sort(pids);
        return pids;
    }
    /// One that has ended meanwhile is none, and one of the kernel's executes no file.
    void look_at(std::uint32_t pid) {
        const std::string directory = settings_.processes + '/' + std::to_string(pid);
        const auto maps = read_beginning(directory + "/maps", kMapsBytes);
        if (!maps) return;
        std::uint32_t count = 0;
        std::string first;
        for (ExecutedFile& file : executed_files(*maps)) {
            if (!devices_.contains({file.device_major, file.device_minor}) || !is_replaced(file))
                continue;
            if (count++ == 0) first = std::move(file.path);
        }
        if (count == 0 || !has_our_root(directory)) return;
        ++found_.total;
        if (first.ends_with(kDeleted)) first.resize(first.size() - kDeleted.size());
        add({.pid = pid,
             .command =
                 std::string(trim(read_beginning(directory + "/comm", kTextBytes).value_or("?\n"))),
             .unit = service_of(read_beginning(directory + "/cgroup", kTextBytes).value_or("")),
             .file = std::move(first),
             .files = count});
    }
    void add(api::RestartProcess process) {
        auto& list = process.unit ? found_.processes : others_;
        if (list.size() < api::limits::kRestartProcesses) list.push_back(std::move(process));
    }
    bool has_our_root(const std::string& directory) const {
        const auto root = sys::stat(directory + "/root");
        return root && root->device == root_status_.device && root->inode == root_status_.inode;
    }
    bool is_replaced(const ExecutedFile& file) {
        const std::string_view path = file.path;
        if (is_now(path, file.inode)) return false;
        return !path.ends_with(kDeleted) ||
               !is_now(path.substr(0, path.size() - kDeleted.size()), file.inode);
    }
    /// Also when nobody can say: what is not known is not told.
    bool is_now(std::string_view path, std::uint64_t inode) {
        const auto known = inodes_.find(path);
        const auto now = known != inodes_.end() ? known->second : remember(std::string(path));
        return now.is_unknown || now.inode == inode;
    }
    struct Now {
        bool is_unknown = false;
        std::uint64_t inode = 0;  ///< 0: there is no such file
    };
    Now remember(std::string path) {
        const Now now = resolve(path);
        if (inodes_.size() < kPathsKnown) inodes_.emplace(std::move(path), now);
        return now;
    }
    Now resolve(const std::string& path) const {
        const auto status = [&]() -> Result<sys::FileStatus> {
            DIM_TRY(const sys::Fd file, sys::open_in_root(root_, path, O_PATH));
            return sys::fstat(file);
        }();
        if (status) return {.is_unknown = false, .inode = status->inode};
        const int number = status.error().system_errno();
        return {.is_unknown = number != ENOENT && number != ENOTDIR && number != ELOOP, .inode = 0};
    }

    const ReplacedFilesSettings& settings_;
    sys::Deadline end_;
    sys::Fd root_;
    sys::FileStatus root_status_;
    std::set<std::pair<std::uint32_t, std::uint32_t>> devices_;
    std::map<std::string, Now, std::less<>> inodes_;
    api::Restarts found_{.processes = {}, .total = 0, .cause = {}};
    std::vector<api::RestartProcess> others_;  ///< of no service
};

}  // namespace

Result<api::Restarts> find_replaced_files(const ReplacedFilesSettings& settings) {
    const std::function<Result<std::string>()> look = [&settings]() -> Result<std::string> {
        DIM_TRY(const api::Restarts found, Look(settings).run());
        return api::to_json(found);
    };
    DIM_TRY(const std::string text, sys::ask_child(look, settings.timeout));
    return api::parse<api::Restarts>(text);
}

}  // namespace dim::agent
