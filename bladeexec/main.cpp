#include "bladeexec/invocation.hpp"
#include "bladeexec/launch.hpp"
#include "bladeexec/report.hpp"
#include "libdim/sys/file.hpp"

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#ifdef DIM_SANITIZE
/// Looking for leaks at the end takes ptrace(2), which is refused by then.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif

namespace {

using dim::Result;

Result<void> run(const std::vector<std::string>& arguments, const dim::sys::Fd& channel) {
    DIM_TRY(const auto invocation, dim::bladeexec::parse_invocation(arguments));
    return dim::bladeexec::launch(invocation, channel);
}

}  // namespace

int main(int argc, char** argv) try {
    // Standard input is a socket to the daemon: a report goes out, and its end is ours.
    dim::sys::Fd standard_input(0);
    const auto channel = dim::sys::dup(standard_input);
    (void)standard_input.release();
    if (!channel) return 1;
    const Result<void> done = run(std::vector<std::string>(argv + 1, argv + argc), *channel);
    if (done) return 0;
    (void)dim::sys::write_all(*channel, dim::bladeexec::to_text(fail(done.error())));
    return 1;
} catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    return 1;
}
