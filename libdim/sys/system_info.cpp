#include "libdim/sys/system_info.hpp"

#include <cerrno>
#include <sys/reboot.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace dim::sys {

Result<SystemInfo> system_info() {
    utsname names{};
    if (::uname(&names) != 0) return fail(Error::from_errno(errno, "uname"));
    struct sysinfo numbers{};
    if (::sysinfo(&numbers) != 0) return fail(Error::from_errno(errno, "sysinfo"));
    const long cpus = ::sysconf(_SC_NPROCESSORS_ONLN);
    SystemInfo info;
    info.host_name = names.nodename;
    info.kernel_release = names.release;
    info.machine = names.machine;
    info.memory_bytes = std::uint64_t{numbers.totalram} * numbers.mem_unit;
    info.free_memory_bytes = std::uint64_t{numbers.freeram} * numbers.mem_unit;
    info.cpus = cpus > 0 ? static_cast<std::uint32_t>(cpus) : 1;
    info.uptime_seconds = static_cast<std::int64_t>(numbers.uptime);
    return info;
}

Result<void> reboot(RebootAction action) {
    ::sync();
    int command = RB_AUTOBOOT;
    switch (action) {
        case RebootAction::restart: command = RB_AUTOBOOT; break;
        case RebootAction::power_off: command = RB_POWER_OFF; break;
        case RebootAction::halt: command = RB_HALT_SYSTEM; break;
    }
    ::reboot(command);
    return fail(Error::from_errno(errno, "reboot"));
}

Result<void> sethostname(const std::string& name) {
    if (::sethostname(name.data(), name.size()) != 0)
        return fail(Error::from_errno(errno, "set host name"));
    return {};
}

}  // namespace dim::sys
