#include "libdim/sys/spool_file.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace dim::sys {

namespace {

constexpr std::array kEnds{SIGINT, SIGTERM, SIGHUP, SIGPIPE};

/// For the handler, which may not allocate.
std::array<char, 4096>& spooled_path() {
    static constinit std::array<char, 4096> path{};
    return path;
}

extern "C" void remove_spooled(int signal) {
    ::unlink(spooled_path().data());
    ::raise(signal);  // its action is the default again
}

/// An empty PATH: nothing is removed any more.
void remove_at_signals(const std::string& path) {
    spooled_path().fill('\0');
    path.copy(spooled_path().data(), spooled_path().size() - 1);
    struct sigaction action{};
    action.sa_handler = path.empty() ? SIG_DFL : remove_spooled;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
    for (const int signal : kEnds) {
        struct sigaction before{};
        ::sigaction(signal, nullptr, &before);
        // What the caller passes over (nohup) goes on to be passed over.
        if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
    }
}

}  // namespace

Result<SpoolFile> SpoolFile::copy(const Fd& input, const std::string& stem) {
    if (::isatty(input.get()) == 1) return fail(ErrorCode::invalid_input, "that is a terminal");
    std::string path = stem + "XXXXXX";
    const Fd file(::mkostemp(path.data(), O_CLOEXEC));
    if (file.get() < 0) return fail(Error::from_errno(errno, path));
    SpoolFile spool(path);
    remove_at_signals(path);
    std::vector<char> buffer(std::size_t{1} << 20);
    for (;;) {
        DIM_TRY(const std::size_t count, read(input, buffer));
        if (count == 0) return spool;
        DIM_CHECK(write_all(file, {buffer.data(), count}));
        spool.bytes_ += count;
    }
}

SpoolFile::~SpoolFile() {
    if (path_.empty()) return;
    (void)unlink(path_);
    remove_at_signals("");
}

}  // namespace dim::sys
