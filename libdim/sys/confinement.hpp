#pragma once

#include "libdim/sys/fd.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dim::sys {

/// What the kernel lets only some processes do: capabilities(7), by their numbers.
enum class Capability {
    chown = 0,
    dac_override = 1,
    dac_read_search = 2,
    fowner = 3,
    fsetid = 4,
    setgid = 6,
    setuid = 7,
    net_bind_service = 10,
    net_admin = 12,
    net_raw = 13,
    sys_chroot = 18,
    mknod = 27,
};
/// "net_raw".
std::string to_string(Capability capability);

/// All that a program may ever do beyond an ordinary user; nothing that it starts gets more,
/// set-uid programs included (no_new_privs).
struct Confinement {
    std::string user = "root";  ///< whom it becomes, with that user's own group and no other
    /// Its bounding set. Another user than root has them from the start (ambient); root gets them
    /// as ever, by being root.
    std::vector<Capability> capabilities = {};

    bool operator==(const Confinement&) const = default;
};

/// "user=_kea capabilities=net_bind_service,net_raw", for records and people.
std::string to_string(const Confinement& confinement);

/// Runs FUNCTION on a thread that is confined so, and whose children therefore are; they can still
/// give up more. One at a time. The thread's memory is everybody's, so FUNCTION does nothing but
/// start a program. Errors: not_found for a user that does not exist, permission_denied when we do
/// not have what is to be given; otherwise FUNCTION's.
Result<void> run_confined(const Confinement& confinement,
                          const std::function<Result<void>()>& function);

/// Makes PATH a directory that belongs to USER, with mode 0750. One that belonged to somebody else
/// is given to it with all the files in it; links are not followed. Errors: not_found for a user
/// that does not exist.
Result<void> ensure_directory_of(const std::string& user, const std::string& path);

}  // namespace dim::sys
