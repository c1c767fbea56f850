#include "bladeexec/launch.hpp"

#include "bladeexec/confined_command.hpp"
#include "bladeexec/report.hpp"
#include "libdim/sys/event_fds.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/give_up_rights.hpp"
#include "libdim/sys/init_process.hpp"
#include "libdim/sys/poll.hpp"

#include <csignal>
#include <sched.h>

namespace dim::bladeexec {

Result<void> launch(const Invocation& invocation, const sys::Fd& channel) {
    DIM_CHECK(sys::offer_to_oom_killer());
    DIM_CHECK(sys::leave_namespaces(CLONE_NEWPID));
    DIM_TRY(sys::Pipe go, sys::pipe());
    DIM_TRY(const pid_t pid, sys::fork());
    if (pid == 0) {
        go.write_end.reset();
        (void)sys::write_all(channel, to_text(run_confined(invocation, go.read_end)));
        // The kernel kills all other processes of the namespace with its process 1.
        sys::exit_now(0);
    }
    DIM_TRY(sys::Process init, sys::open_process(pid));
    DIM_CHECK(sys::write_all(go.write_end, "!"));
    DIM_TRY(const sys::Fd events, sys::epoll());
    DIM_CHECK(sys::epoll_add_readable(events, init.pidfd()));
    DIM_CHECK(sys::epoll_add_readable(events, channel));
    // Nothing is ever sent to us: readable means closed.
    DIM_CHECK(sys::poll(events, sys::Readiness::readable, sys::Deadline::never()));
    (void)init.kill(SIGKILL);
    DIM_CHECK(init.wait(sys::Deadline::never()));
    return {};
}

}  // namespace dim::bladeexec
