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

Result<void> check_directories(const std::string& new_root,
                               const std::vector<std::string>& directories) {
    DIM_TRY(const sys::Fd root, sys::open_directory(new_root));
    for (const std::string& directory : directories) {
        auto opened = sys::open_beneath(root.get(), directory.substr(1), O_PATH | O_DIRECTORY);
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
    for (const std::string& directory : directories) {
        DIM_CHECK(sys::move_mount(directory, path_ + directory));
        moved_.push_back(directory);
    }
    DIM_CHECK(sys::fchdir(new_root_.get()));
    DIM_CHECK(sys::move_mount(".", "/"));
    is_root_moved_ = true;
    DIM_CHECK(sys::chroot("."));
    return sys::chdir("/");
}

Result<void> SwitchedRoot::undo() {
    DIM_CHECK(sys::fchdir(old_root_.get()));
    DIM_CHECK(sys::chroot("."));
    if (is_root_moved_) {
        DIM_CHECK(sys::fchdir(new_root_.get()));
        DIM_CHECK(sys::move_mount(".", path_));
    }
    for (const std::string& directory : moved_ | std::views::reverse)
        DIM_CHECK(sys::move_mount(path_ + directory, directory));
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
    DIM_CHECK(sys::fchdir(old_root.get()));
    return sys::chroot(".");
}

}  // namespace dim::agent
