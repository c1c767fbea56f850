#pragma once

#include "imageserver/blade/assignments.hpp"
#include "imageserver/blade/next_kernel.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/image/images.hpp"
#include "libdim/api/restart_messages.hpp"
#include "libdim/base/result.hpp"

#include <utility>

namespace dim::server {

/// What blades that were updated while they ran need besides: processes to be started anew, a boot
/// for the kernel. Any thread may call.
class RestartQuery {
public:
    /// The references outlive this.
    RestartQuery(const Roster& roster, Assignments& assignments, BootJournal& journal,
                 const Images& images, BootFileOf boot_file)
        : roster_(roster),
          assignments_(assignments),
          journal_(journal),
          images_(images),
          boot_file_(std::move(boot_file)) {}

    /// At NOW. Errors: not_found for one that is no blade of ours.
    Result<api::RestartList> look(const api::RestartQuery& query, Moment now);

private:
    Result<api::BladeRestarts> look_at(const RosterEntry& entry, Moment now);
    Result<void> tell_processes(const BootRecord& boot, api::BladeRestarts& answer);
    Result<void> tell_kernel(const BootRecord& boot, api::BladeRestarts& answer);
    Result<std::optional<model::Generation>> generation_of(const model::ComponentName& blade,
                                                           const model::ImageName& image) const;

    const Roster& roster_;
    Assignments& assignments_;
    BootJournal& journal_;
    const Images& images_;
    BootFileOf boot_file_;
};

}  // namespace dim::server
