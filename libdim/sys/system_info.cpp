#include "libdim/sys/system_info.hpp"

#include <cerrno>
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
    info.kernel_version = names.version;
    info.machine = names.machine;
    info.memory_bytes = std::uint64_t{numbers.totalram} * numbers.mem_unit;
    info.free_memory_bytes = std::uint64_t{numbers.freeram} * numbers.mem_unit;
    info.cpus = cpus > 0 ? static_cast<std::uint32_t>(cpus) : 1;
    info.uptime_seconds = static_cast<std::int64_t>(numbers.uptime);
    return info;
}

}  // namespace dim::sys
