#pragma once

#include "initagent/checked_plan.hpp"
#include "libdim/base/result.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dim::agent {

/// Performs STEP below the directory ROOT, in bounded time.
using MountFileSystem = std::function<Result<void>(const MountStep& step, const std::string& root)>;

/// With the kernel's NFS client, in a child that is killed when the server does not answer, so that
/// process 1 never hangs. A shared directory is only mounted on a real directory of the image.
Result<void> mount_nfs(const MountStep& step, const std::string& root);

/// The tree of mounts that becomes the root; unmounts everything when it goes before that.
class [[nodiscard]] NewRoot {
public:
    NewRoot(std::string path, MountFileSystem mount_file_system)
        : path_(std::move(path)), mount_file_system_(std::move(mount_file_system)) {}
    ~NewRoot();
    NewRoot(const NewRoot&) = delete;
    NewRoot& operator=(const NewRoot&) = delete;

    Result<void> mount(const MountStep& step);
    const std::string& path() const { return path_; }

private:
    std::string path_;
    MountFileSystem mount_file_system_;
    std::vector<std::string> mounted_;
};

}  // namespace dim::agent
