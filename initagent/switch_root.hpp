#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <string>
#include <vector>

namespace dim::agent {

/// What of the kernel's file systems the distribution takes over; those that are mounted move.
inline constexpr const char* kMovedDirectories[] = {"/dev", "/proc", "/sys", "/run"};

/// Looks, in bounded time, whether the tree at NEW_ROOT can be switched to: directories to move the
/// kernel's file systems to, and INIT an executable file. Errors say what the image lacks.
Result<void> check_new_root(const std::string& new_root, const std::string& init);

/// This process in its new root. Going out of scope without having become init brings it back:
/// everything is where it was.
class [[nodiscard]] SwitchedRoot {
public:
    /// Moves /dev, /proc, /sys (and /run), then the mount at NEW_ROOT over "/", and makes it ours.
    /// Each name is looked up once, no link is followed, and what is found is moved.
    /// What is below stays: the initramfs, where the monitor lives. Works for an initramfs and for
    /// a RAM disk, neither of which can be unmounted. Errors: after undoing what was done.
    static Result<SwitchedRoot> enter(const std::string& new_root);
    SwitchedRoot(SwitchedRoot&&) noexcept = default;
    SwitchedRoot& operator=(SwitchedRoot&&) = delete;
    ~SwitchedRoot();

    /// For a forked child: this process alone goes back to the old root and keeps nothing of the
    /// new one; the destructor does nothing any more.
    Result<void> leave_to_others();

private:
    SwitchedRoot(std::string path, sys::Fd old_root, sys::Fd new_root)
        : path_(std::move(path)), old_root_(std::move(old_root)), new_root_(std::move(new_root)) {}
    Result<void> move_all();
    Result<void> undo();

    std::string path_;  ///< of the new root, in the old one
    struct Moved {
        std::string path;  ///< where it belongs in the old root: "/dev"
        sys::Fd mount;
    };
    sys::Fd old_root_;  ///< empty once there is nothing to undo
    sys::Fd new_root_;
    std::vector<Moved> moved_;  ///< first the directories, then the new root itself
};

}  // namespace dim::agent
