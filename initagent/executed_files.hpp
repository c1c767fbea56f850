#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::agent {

/// A file that a process executes: its program, a library. Data that is only read is none.
struct ExecutedFile {
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
    std::uint64_t inode = 0;
    std::string path;  ///< as it was when it was opened; " (deleted)" may be the kernel's word

    auto operator<=>(const ExecutedFile&) const = default;
};

/// What one line of /proc/PID/maps (proc_pid_maps(5)) says of such a file; nothing for all else.
/// The kernel's \012 in a path is the line feed that it stands for.
std::optional<ExecutedFile> parse_executed_file(std::string_view line);
/// Those of MAPS, each once, in its order. A last line without its end is left out: MAPS may have
/// been cut.
std::vector<ExecutedFile> executed_files(std::string_view maps);
/// A line that parse_executed_file() reads back.
std::string to_string(const ExecutedFile& file);

/// The unit of systemd that a process belongs to, as /proc/PID/cgroup (cgroups(7)) names it:
/// "ssh.service"; nothing for a process that no service started.
std::optional<std::string> service_of(std::string_view cgroup);

}  // namespace dim::agent
