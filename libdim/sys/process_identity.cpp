#include "libdim/sys/process_identity.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

namespace dim::sys {

Result<std::uint64_t> parse_start_ticks(std::string_view stat) {
    // The second field is the name in parentheses, which may itself hold blanks and parentheses.
    const std::size_t name_end = stat.rfind(')');
    if (name_end == stat.npos)
        return fail(ErrorCode::invalid_input, "process status without a name");
    const std::vector<std::string_view> fields = split_words(stat.substr(name_end + 1));
    constexpr std::size_t kStartTime = 22 - 3;  // proc(5) counts from 1; field 3 comes first here
    if (fields.size() <= kStartTime)
        return fail(ErrorCode::invalid_input, "process status without a start time");
    return parse_number<std::uint64_t>(fields[kStartTime]);
}

Result<ProcessIdentity> process_identity(pid_t pid) {
    const std::string what = "process " + std::to_string(pid);
    Result<std::string> stat = read_file("/proc/" + std::to_string(pid) + "/stat", 64 * 1024);
    if (!stat) return fail(ErrorCode::not_found, what + " does not run");
    Result<std::uint64_t> ticks = parse_start_ticks(*stat);
    if (!ticks) return fail(std::move(ticks).error().with_context(what));
    return ProcessIdentity{pid, *ticks};
}

Result<Process> find_process(const ProcessIdentity& identity) {
    const std::string what = "process " + std::to_string(identity.pid);
    if (identity.pid <= 0) return fail(ErrorCode::not_found, what + " does not run");
    Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, identity.pid, 0)));
    if (!pidfd && errno == ESRCH) return fail(ErrorCode::not_found, what + " does not run");
    if (!pidfd) return fail(Error::from_errno(errno, what));
    // Read after opening: what the pidfd stands for now keeps its number while we look.
    DIM_TRY(const ProcessIdentity now, process_identity(identity.pid));
    if (now != identity) return fail(ErrorCode::not_found, what + " is another one by now");
    return Process(identity.pid, std::move(pidfd));
}

}  // namespace dim::sys
