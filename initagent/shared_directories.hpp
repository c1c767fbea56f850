#pragma once

#include "initagent/checked_plan.hpp"
#include "initagent/new_root.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/mountinfo.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dim::agent {

/// The shared directories of the system that runs, as a process with another root in the same mount
/// namespace replaces them (docs/decisions/0033).
class SharedDirectories {
public:
    struct Settings {
        std::string process = "/proc/1";   ///< whose root is the system's
        std::string staging = "/sysroot";  ///< a directory of ours that nothing is mounted on
        MountFileSystem mount_file_system = mount_nfs;
        /// For all of it: a blade that says nothing for longer is taken for lost.
        std::chrono::milliseconds timeout{12'000};
    };

    /// Notes what is mounted at TARGETS now. Errors: not_found when one of them is no mount point.
    static Result<SharedDirectories> find(Settings settings,
                                          const std::vector<std::string>& targets);

    /// Mounts STEPS, of the targets it was made with, over what is there; what the system itself
    /// has mounted below is seen there, too. All are mounted out of sight first, then each
    /// directory changes in one instant, in all mount namespaces that take part in the system's.
    /// All or nothing. In bounded time. Errors: conflict when somebody mounted over a shared
    /// directory; timed_out; those of mounting, with the cure.
    Result<void> mount_over(const std::vector<MountStep>& steps);

private:
    using Ids = std::map<std::string, std::uint32_t>;  ///< of the mount at each target

    SharedDirectories(Settings settings, Ids ids)
        : settings_(std::move(settings)), ids_(std::move(ids)) {}
    Result<std::vector<sys::MountEntry>> system_mounts() const;
    Result<Ids> visible_ids(const std::vector<std::string>& targets) const;
    Result<void> check_unchanged() const;
    /// The directories of STEPS that lie in no other: what lies in them moves with them.
    static std::vector<std::string> uppermost(const std::vector<MountStep>& steps);

    // In a child.
    Result<void> stage_and_show(const std::vector<MountStep>& steps) const;
    Result<void> carry_over() const;
    Result<void> bind_below(const std::string& path) const;
    Result<void> show(const std::string& target) const;
    Result<void> take_back(const std::vector<MountStep>& steps) const;

    Settings settings_;
    Ids ids_;
};

}  // namespace dim::agent
