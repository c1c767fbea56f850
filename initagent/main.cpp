#include "initagent/boot.hpp"
#include "initagent/boot_loop.hpp"
#include "libdim/base/log.hpp"

#include <cstdio>
#include <string_view>
#include <unistd.h>

namespace {

constexpr std::string_view kUsage =
    "initagent " DIM_VERSION ": boots a diskless blade from its image server\n"
    "\n"
    "It is process 1 of a boot file: /init of an initramfs, or /linuxrc of a RAM disk with\n"
    "root=/dev/ram0 init=/linuxrc. Its settings are the dim.* words of the kernel command line.\n"
    "\n"
    "usage: initagent --help | --version\n";

int print(std::string_view text) {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}

}  // namespace

int main(int argument_count, char** arguments) {
    const std::string_view option = argument_count == 2 ? arguments[1] : "";
    if (option == "--help") return print(kUsage);
    if (option == "--version") return print("initagent " DIM_VERSION "\n");
    dim::set_log_prefix("dim");
    if (::getpid() != 1) {
        dim::log(dim::LogLevel::error,
                 "initagent boots a machine and must be process 1; see initagent --help");
        return 2;
    }
    dim::agent::BootSettings settings;
    settings.started_us = dim::agent::now_us();
    settings.arguments.assign(arguments, arguments + argument_count);
    settings.environment = ::environ;
    settings.process_title = argument_count > 0 ? arguments[0] : nullptr;
    dim::agent::Boot boot(std::move(settings));
    dim::agent::boot_until_it_works(boot);
}
