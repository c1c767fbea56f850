#include "initagent/shared_directories.hpp"

#include "libdim/base/log.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/mount.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace dim::agent {

namespace {

constexpr std::chrono::seconds kTakeBackTimeout{5};

/// PATH, "/usr", as a path of this process whatever its root is.
Result<sys::Fd> open_below(const std::string& root, const std::string& path) {
    DIM_TRY(const sys::Fd directory, sys::open(root, O_PATH | O_DIRECTORY));
    return sys::open_beneath(directory, path.substr(1), O_PATH);
}

std::string path_of(const sys::Fd& fd) { return "/proc/self/fd/" + std::to_string(fd.get()); }

/// A private file system over DIRECTORY, so that nothing in it reaches anybody before it is moved,
/// and all of it goes at once.
class StagingArea {
public:
    static Result<StagingArea> create(const std::string& directory) {
        DIM_CHECK(sys::ensure_directory(directory));
        DIM_CHECK(sys::mount("tmpfs", directory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=700"));
        StagingArea area(directory);
        DIM_CHECK(sys::make_private(directory));
        return area;
    }
    StagingArea(StagingArea&& other) noexcept
        : directory_(std::exchange(other.directory_, std::string())) {}
    StagingArea(const StagingArea&) = delete;
    StagingArea& operator=(const StagingArea&) = delete;
    StagingArea& operator=(StagingArea&&) = delete;
    ~StagingArea() {
        if (directory_.empty()) return;
        // No server is asked: the directory itself is ours.
        if (const auto gone = sys::umount(directory_, MNT_DETACH | UMOUNT_NOFOLLOW); !gone)
            log(LogLevel::warning, to_string(gone.error()));
    }

private:
    explicit StagingArea(std::string directory) : directory_(std::move(directory)) {}
    std::string directory_;
};

}  // namespace

Result<std::vector<sys::MountEntry>> SharedDirectories::system_mounts() const {
    const std::string path = settings_.process + "/mountinfo";
    DIM_TRY(const std::string text, sys::read_file(path));
    auto entries = sys::parse_mountinfo(text);
    if (!entries) return fail(std::move(entries).error().with_context(path));
    return entries;
}

Result<SharedDirectories::Ids>
SharedDirectories::visible_ids(const std::vector<std::string>& targets) const {
    DIM_TRY(const auto entries, system_mounts());
    Ids ids;
    for (const std::string& target : targets) {
        const sys::MountEntry* mount = sys::visible_mount(entries, target);
        if (mount == nullptr || mount->target != target)
            return fail(ErrorCode::not_found, "nothing is mounted at " + target);
        ids.emplace(target, mount->id);
    }
    return ids;
}

Result<SharedDirectories> SharedDirectories::find(Settings settings,
                                                  const std::vector<std::string>& targets) {
    SharedDirectories found(std::move(settings), {});
    DIM_TRY(found.ids_, found.visible_ids(targets));
    return found;
}

Result<void> SharedDirectories::check_unchanged() const {
    DIM_TRY(const auto entries, system_mounts());
    for (const auto& [target, id] : ids_) {
        const sys::MountEntry* mount = sys::visible_mount(entries, target);
        if (mount != nullptr && mount->target == target && mount->id == id) continue;
        return fail(
            Error(ErrorCode::conflict, target + " is not what was mounted there at the boot")
                .with_cure("undo what was mounted over it on the blade, or reboot the blade"));
    }
    return {};
}

std::vector<std::string> SharedDirectories::uppermost(const std::vector<MountStep>& steps) {
    std::vector<std::string> targets;
    for (const MountStep& step : steps) {
        const auto is_above = [&](const MountStep& other) {
            return step.target.starts_with(other.target + '/');
        };
        if (std::ranges::none_of(steps, is_above)) targets.push_back(step.target);
    }
    return targets;
}

Result<void> SharedDirectories::mount_over(const std::vector<MountStep>& steps) {
    DIM_CHECK(check_unchanged());
    DIM_TRY(const StagingArea staging, StagingArea::create(settings_.staging));
    for (const std::string& target : uppermost(steps))
        DIM_CHECK(sys::ensure_directory(settings_.staging + target));

    const std::function<Result<void>()> child = [&] { return stage_and_show(steps); };
    if (auto shown = sys::fork_child(child, settings_.timeout); !shown) {
        const std::function<Result<void>()> undo = [&] { return take_back(steps); };
        if (const auto undone = sys::fork_child(undo, kTakeBackTimeout); !undone)
            log(LogLevel::error, "some shared directories are of another generation now: " +
                                     to_string(undone.error()));
        return shown;
    }
    const auto targets = std::views::keys(ids_);
    DIM_TRY(ids_, visible_ids({targets.begin(), targets.end()}));
    return {};
}

Result<void> SharedDirectories::stage_and_show(const std::vector<MountStep>& steps) const {
    for (const MountStep& step : steps)
        DIM_CHECK(settings_.mount_file_system(step, settings_.staging));
    DIM_CHECK(carry_over());
    for (const std::string& target : uppermost(steps))
        DIM_CHECK(show(target));
    return {};
}

/// What the system has mounted below its shared directories is mounted below the new ones.
Result<void> SharedDirectories::carry_over() const {
    DIM_TRY(const auto entries, system_mounts());
    for (const auto& [target, id] : ids_) {
        const auto mount = std::ranges::find(entries, id, &sys::MountEntry::id);
        if (mount == entries.end()) continue;
        for (const sys::MountEntry& below : sys::visible_mounts_in(entries, *mount))
            if (!ids_.contains(below.target)) DIM_CHECK(bind_below(below.target));
    }
    return {};
}

Result<void> SharedDirectories::bind_below(const std::string& path) const {
    DIM_TRY(const sys::Fd from, open_below(settings_.process + "/root", path));
    auto to = open_below(settings_.staging, path);
    if (!to) {
        return fail(std::move(to)
                        .error()
                        .with_context("something is mounted at " + path + " on the blade")
                        .with_cure("unmount it there, or reboot the blade: the other generation "
                                   "has no such mount point"));
    }
    DIM_CHECK(sys::mount(path_of(from), path_of(*to), "", MS_BIND | MS_REC, ""));
    // As a peer of the system's own it would take that along when it is taken back.
    return sys::make_private(settings_.staging);
}

Result<void> SharedDirectories::show(const std::string& target) const {
    DIM_TRY(const sys::Fd from, open_below(settings_.staging, target));
    DIM_TRY(const sys::Fd to, open_below(settings_.process + "/root", target));
    auto moved = sys::move_mount(from, to);
    if (moved) return {};
    return fail(std::move(moved).error().with_context("mount over " + target));
}

Result<void> SharedDirectories::take_back(const std::vector<MountStep>& steps) const {
    for (const std::string& target : uppermost(steps)) {
        DIM_TRY(const auto entries, system_mounts());
        const sys::MountEntry* mount = sys::visible_mount(entries, target);
        const bool is_ours = mount != nullptr && mount->target == target &&
                             mount->id != ids_.at(target) && mount->parent == ids_.at(target);
        if (!is_ours) continue;
        DIM_TRY(const sys::Fd shown, open_below(settings_.process + "/root", target));
        DIM_CHECK(sys::umount(path_of(shown), MNT_DETACH));
    }
    return {};
}

}  // namespace dim::agent
