#include "initagent/switch_root.hpp"

#include "libdim/base/log.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/init_process.hpp"
#include "libdim/sys/mount.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <sys/stat.h>

namespace dim::agent {

namespace {

constexpr std::chrono::seconds kCheckTimeout{30};

/// Those of kMovedDirectories that something is mounted on.
Result<std::vector<std::string>> mounted_directories() {
    DIM_TRY(const auto mounts, sys::mounts());
    std::vector<std::string> directories;
    for (const char* directory : kMovedDirectories)
        if (std::ranges::find(mounts, directory, &sys::MountEntry::target) != mounts.end())
            directories.emplace_back(directory);
    return directories;
}

/// PATH, "/dev", below ROOT; no link is followed.
Result<sys::Fd> open_directory_in(const sys::Fd& root, const std::string& path) {
    return sys::open_beneath(root, path.substr(1), O_PATH | O_DIRECTORY);
}

Result<void> check_directories(const std::string& new_root,
                               const std::vector<std::string>& directories) {
    DIM_TRY(const sys::Fd root, sys::open_directory(new_root));
    for (const std::string& directory : directories) {
        auto opened = open_directory_in(root, directory);
        if (!opened)
            return fail(std::move(opened)
                            .error()
                            .with_context("the image has no directory " + directory)
                            .with_cure("create it in the image's master and import it again"));
    }
    return {};
}

/// In a process of its own: links of the image lead where they will lead its init.
Result<void> check_init(const std::string& new_root, const std::string& init) {
    DIM_CHECK(sys::chroot(new_root));
    DIM_CHECK(sys::chdir("/"));
    constexpr mode_t kAnyExecute = 0111;
    auto status = sys::stat(init);
    if (status && S_ISREG(status->mode) && (status->mode & kAnyExecute) != 0) return {};
    Error error = status ? Error(ErrorCode::invalid_input, init + ": not an executable file")
                         : std::move(status).error();
    return fail(std::move(error)
                    .with_context("the image's init")
                    .with_cure("choose another init for the image, or import it again"));
}

}  // namespace

Result<void> check_new_root(const std::string& new_root, const std::string& init) {
    DIM_TRY(const auto directories, mounted_directories());
    const std::function<Result<void>()> child = [&]() -> Result<void> {
        DIM_CHECK(check_directories(new_root, directories));
        return check_init(new_root, init);
    };
    auto checked = sys::fork_child(child, kCheckTimeout);
    if (!checked && checked.error().code() == ErrorCode::timed_out)
        return fail(std::move(checked).error().with_context("look into " + new_root));
    return checked;
}

Result<SwitchedRoot> SwitchedRoot::enter(const std::string& new_root) {
    DIM_TRY(sys::Fd old_fd, sys::open("/", O_PATH | O_DIRECTORY));
    DIM_TRY(sys::Fd new_fd, sys::open(new_root, O_PATH | O_DIRECTORY));
    SwitchedRoot root(new_root, std::move(old_fd), std::move(new_fd));
    // On an error the destructor undoes what was done.
    DIM_CHECK(root.move_all());
    return root;
}

Result<void> SwitchedRoot::move_all() {
    DIM_TRY(const auto directories, mounted_directories());
    // Whoever started us may have shared the mounts, and a shared one cannot be moved.
    DIM_CHECK(sys::make_private("/"));
    for (const std::string& directory : directories) {
        DIM_TRY(sys::Fd mount, open_directory_in(old_root_, directory));
        DIM_TRY(const sys::Fd target, open_directory_in(new_root_, directory));
        if (auto moved = sys::move_mount(mount, target); !moved)
            return fail(std::move(moved).error().with_context(directory));
        moved_.push_back({directory, std::move(mount)});
    }
    if (auto moved = sys::move_mount(new_root_, old_root_); !moved)
        return fail(std::move(moved).error().with_context(path_));
    DIM_TRY(sys::Fd mount, sys::dup(new_root_));
    moved_.push_back({path_, std::move(mount)});
    DIM_CHECK(sys::fchdir(new_root_));
    DIM_CHECK(sys::chroot("."));
    return sys::chdir("/");
}

Result<void> SwitchedRoot::undo() {
    DIM_CHECK(sys::fchdir(old_root_));
    DIM_CHECK(sys::chroot("."));
    for (const Moved& moved : moved_ | std::views::reverse) {
        DIM_TRY(const sys::Fd target, open_directory_in(old_root_, moved.path));
        if (auto back = sys::move_mount(moved.mount, target); !back)
            return fail(std::move(back).error().with_context(moved.path));
    }
    return sys::chdir("/");
}

SwitchedRoot::~SwitchedRoot() {
    if (!old_root_) return;
    if (const auto undone = undo(); !undone)
        log(LogLevel::error, "cannot go back to the initramfs: " + to_string(undone.error()));
}

Result<void> SwitchedRoot::leave_to_others() {
    const sys::Fd old_root = std::move(old_root_);
    new_root_.reset();
    moved_.clear();
    DIM_CHECK(sys::fchdir(old_root));
    return sys::chroot(".");
}

}  // namespace dim::agent
