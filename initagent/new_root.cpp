#include "initagent/new_root.hpp"

#include "libdim/base/log.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/mount.hpp"

#include <cerrno>
#include <chrono>
#include <ranges>

namespace dim::agent {

namespace {

constexpr std::chrono::seconds kMountTimeout{30};
constexpr std::chrono::seconds kUnmountTimeout{10};

std::string cure_for(const Error& error) {
    switch (error.system_errno()) {
        case EACCES:
        case EPERM: return "the NFS server does not export it to this blade: dim nfs";
        case ENOENT:
        case ESTALE: return "the NFS server does not have it: dim nfs, dim image";
        case ECONNREFUSED:
        case ETIMEDOUT:
        case EIO: return "is the NFS server running? dim status";
        case ENODEV:
        case EPROTONOSUPPORT: return "the kernel or the NFS server lacks this NFS version";
        default: break;
    }
    return error.code() == ErrorCode::timed_out ? "is the NFS server running? dim status" : "";
}

/// In the child: opens the mount point without following links of the image, and mounts there.
Result<void> mount_beneath(const MountStep& step, const std::string& root) {
    DIM_TRY(sys::Fd target, sys::open(root, O_PATH | O_DIRECTORY));
    if (step.target != "/") {
        auto beneath = sys::open_beneath(target, step.target.substr(1), O_PATH | O_DIRECTORY);
        if (!beneath)
            return fail(std::move(beneath)
                            .error()
                            .with_context("the image cannot carry " + step.target)
                            .with_cure("it must have a directory there: import it again"));
        target = *std::move(beneath);
    }
    auto mounted = sys::mount(step.source, "/proc/self/fd/" + std::to_string(target.get()), "nfs",
                              step.flags, step.options);
    if (mounted) return {};
    return fail(Error::from_errno(mounted.error().system_errno(),
                                  "mount " + step.source + " at " + step.target));
}

}  // namespace

Result<void> mount_nfs(const MountStep& step, const std::string& root) {
    const std::function<Result<void>()> child = [&] { return mount_beneath(step, root); };
    auto mounted = sys::fork_child(child, kMountTimeout);
    if (mounted) return {};
    Error error = std::move(mounted).error();
    if (error.code() == ErrorCode::timed_out)
        error = std::move(error).with_context("mount " + step.source + " at " + step.target);
    if (!error.cure().empty()) return fail(std::move(error));
    std::string cure = cure_for(error);
    return fail(std::move(error).with_cure(std::move(cure)));
}

NewRoot::~NewRoot() {
    if (mounted_.empty()) return;
    // In a child: looking a mount point up may ask a server that is gone.
    const std::function<Result<void>()> unmount_all = [this]() -> Result<void> {
        for (const std::string& target : mounted_ | std::views::reverse)
            (void)sys::umount(target, MNT_DETACH | UMOUNT_NOFOLLOW);
        return {};
    };
    if (const auto unmounted = sys::fork_child(unmount_all, kUnmountTimeout); !unmounted)
        log(LogLevel::warning, "unmount " + path_ + ": " + to_string(unmounted.error()));
}

Result<void> NewRoot::mount(const MountStep& step) {
    // Noted first: a mount whose child was killed may have happened all the same.
    mounted_.push_back(step.target == "/" ? path_ : path_ + step.target);
    return mount_file_system_(step, path_);
}

}  // namespace dim::agent
