#pragma once

#include "imageserver/blade/assignments.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/image/images.hpp"
#include "libdim/api/restart_messages.hpp"
#include "libdim/base/result.hpp"

#include <functional>
#include <optional>
#include <string>

namespace dim::server {

/// What blades that were updated while they ran need besides: processes to be started anew, a boot
/// for the kernel. Any thread may call.
class RestartQuery {
public:
    /// The release of the kernel in an image's boot file; nothing when nobody knows.
    using NextKernel = std::function<Result<std::optional<std::string>>(const model::ImageName&)>;

    /// The references outlive this.
    RestartQuery(const Roster& roster, Assignments& assignments, BootJournal& journal,
                 const Images& images, NextKernel next_kernel)
        : roster_(roster),
          assignments_(assignments),
          journal_(journal),
          images_(images),
          next_kernel_(std::move(next_kernel)) {}

    /// At NOW. Errors: not_found for one that is no blade of ours.
    Result<api::RestartList> look(const api::RestartQuery& query, Moment now);

private:
    Result<api::BladeRestarts> look_at(const RosterEntry& entry, Moment now);
    Result<void> tell_processes(const BootRecord& boot, api::BladeRestarts& answer);
    Result<void> tell_kernel(const BootRecord& boot, api::BladeRestarts& answer);
    Result<bool> has_other_generation(const BootRecord& boot) const;

    const Roster& roster_;
    Assignments& assignments_;
    BootJournal& journal_;
    const Images& images_;
    NextKernel next_kernel_;
};

}  // namespace dim::server
