#include "libdim/sys/mount_tree.hpp"

#include "libdim/sys/init_process.hpp"
#include "libdim/sys/mount.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dim::sys {

Result<Fd> clone_mount(const std::string& path) {
    Fd mount(::open_tree(AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
    if (!mount) return fail(Error::from_errno(errno, "mount " + path + " a second time"));
    return mount;
}

Result<void> set_mount_attributes(const Fd& mount, const MountAttributes& attributes) {
    mount_attr change{};
    change.attr_set = attributes.set;
    change.attr_clr = attributes.clear;
    if (::mount_setattr(mount.get(), "", AT_EMPTY_PATH, &change, sizeof change) != 0)
        return fail(Error::from_errno(errno, "change a mount"));
    return {};
}

Result<void> enter_root(const Fd& root) {
    DIM_CHECK(fchdir(root));
    // With one directory for both, the old root lies over the new one and is taken off it
    // (pivot_root(2), "pivot_root(".", ".")").
    if (::syscall(SYS_pivot_root, ".", ".") != 0)
        return fail(Error::from_errno(errno, "change the root"));
    DIM_CHECK(umount(".", MNT_DETACH));
    return chdir("/");
}

}  // namespace dim::sys
