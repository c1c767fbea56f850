#include "imageserver/daemon/daemon.hpp"
#include "imageserver/daemon/teardown.hpp"
#include "libdim/api/server_port.hpp"
#include "libdim/base/log.hpp"
#include "libdim/sys/returned_memory.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace {

using dim::Result;
using dim::server::DaemonSettings;

constexpr const char* kDescription =
    "The image server of DIM: boots diskless blades and serves their images.\n"
    "It runs in the foreground. SIGTERM ends it and leaves dhcpd, tftpd, the NFS server and the\n"
    "mounts as they are, so that blades go on working; the next start takes them over. To end\n"
    "those too, run it with --teardown afterwards. SIGHUP reads the cluster definition again.";

constexpr std::uint16_t kTrapPort = 162;  ///< RFC 3417, section 3.2

constexpr const char* kExamples =
    "Examples:\n"
    "  imageserver --cluster /etc/dim/cluster.xml\n"
    "  imageserver --cluster lab.xml --server is02 --state /srv/dim --run /run/dim-lab\n"
    "  imageserver --provisioning thin:150%\n"
    "  imageserver --traps 10.2.0.1\n"
    "  imageserver --boot-port 8080\n"
    "  imageserver --state /srv/dim --run /run/dim-lab --teardown\n"
    "Exit status: 0 ended by a signal, 1 could not start or go on, 2 wrong arguments.";

/// Paths as mountinfo(5) will show them.
std::string absolute(const std::string& path) {
    std::error_code error;
    const auto resolved = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
    return error ? path : resolved.string();
}

Result<void> serve(DaemonSettings settings) {
    dim::sys::return_freed_memory();
    DIM_TRY(auto daemon, dim::server::Daemon::start(std::move(settings)));
    return daemon.run();
}

Result<void> end_everything(const DaemonSettings& settings) {
    DIM_TRY(const auto done, dim::server::tear_down(settings));
    for (const std::string& line : done)
        std::puts(line.c_str());
    return {};
}

struct Arguments {
    DaemonSettings settings;
    std::string provisioning = to_string(settings.provisioning);
    std::string servers;
    std::string traps;
    bool is_teardown = false;
};

void add_options(CLI::App& app, Arguments& arguments) {
    DaemonSettings& settings = arguments.settings;
    app.add_option("--cluster", settings.cluster_file, "the cluster definition")
        ->capture_default_str();
    app.add_option("--server", settings.server,
                   "which of its servers this is [the only one, or the one named as this host]");
    app.add_option("--state", settings.state_directory, "images, keys and all that must last")
        ->capture_default_str();
    app.add_option("--run", settings.run_directory, "socket and process records")
        ->capture_default_str();
    app.add_option("--provisioning", arguments.provisioning,
                   "space of blade images: reserved when they are made, or thin:PERCENT, taken as "
                   "they are written, at most PERCENT of what the disk can hold promised")
        ->capture_default_str();
    app.add_option("--secure-boot", settings.secure_boot,
                   "directory with db.key and db.crt, which sign boot files for UEFI Secure Boot")
        ->capture_default_str();
    app.add_option("--overrides", settings.overrides, "templates of what differs per blade")
        ->capture_default_str();
    app.add_option("--servers", arguments.servers,
                   "listen for other image servers on this address of ours, which is on no bootnet "
                   "(port 7444): 'dim server token', 'dim server join'")
        ->type_name("ADDRESS[:PORT]");
    app.add_option("--boot-port", settings.boot_port,
                   "where blades load boot files by HTTP, on the bootnet; another one where a web "
                   "server of this machine has it")
        ->check(CLI::Range(std::uint16_t{1}, std::uint16_t{65535}))
        ->capture_default_str();
    app.add_option("--traps", arguments.traps,
                   "take SNMP traps of management modules on this address of ours (port 162): a "
                   "blade that loses its power is seen at once")
        ->type_name("ADDRESS[:PORT]");
    app.add_option("--trash-days", settings.trash_days,
                   "how long deleted blade images can be restored; 0: until they are purged")
        ->check(CLI::Range(std::uint32_t{0}, std::uint32_t{3650}))
        ->capture_default_str();
    app.add_option("--check-days", settings.check_days,
                   "how often the file system of a blade image that is not exported is checked; 0: "
                   "only by 'dim blade check'")
        ->check(CLI::Range(std::uint32_t{0}, std::uint32_t{3650}))
        ->capture_default_str();
    app.add_flag("!--no-watch", settings.is_watching,
                 "look at all of a master directory each time, instead of at what the kernel tells "
                 "of changes (fanotify)");
    app.add_option("--agents", settings.agents,
                   "directory of what boot files start on the blade, ARCHITECTURE/initagent")
        ->capture_default_str();
    app.add_option("--kernel-kit", settings.kernel_kit, "the kernel of boot files, in parts")
        ->capture_default_str();
    app.add_option("--blade-exec", settings.blade_exec, "what runs commands in blades' roots")
        ->capture_default_str();
    app.add_flag("--teardown", arguments.is_teardown,
                 "stop the services, unmount what an ended daemon left and remove its "
                 "permanent neighbours, then end");
}

int run(int argc, char** argv) {
    if (isatty(STDERR_FILENO) != 0) dim::set_log_prefix("imageserver");
    Arguments arguments;
    DaemonSettings& settings = arguments.settings;
    settings.agents = DIM_LIBRARY_DIRECTORY "/agent";
    settings.kernel_kit = DIM_LIBRARY_DIRECTORY "/kernel-kit";
    settings.blade_exec = DIM_LIBRARY_DIRECTORY "/blade-exec";
    CLI::App app{kDescription, "imageserver"};
    app.footer(kExamples);
    app.set_version_flag("--version", DIM_VERSION);
    add_options(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (auto parsed = dim::server::Provisioning::parse(arguments.provisioning)) {
        settings.provisioning = *parsed;
    } else {
        dim::log(dim::LogLevel::error, "--provisioning: " + dim::to_string(parsed.error()));
        return 2;
    }
    if (!arguments.servers.empty()) {
        auto parsed = dim::model::Ipv4Endpoint::parse(arguments.servers, dim::api::kServerPort);
        if (!parsed) {
            dim::log(dim::LogLevel::error, "--servers: " + dim::to_string(parsed.error()));
            return 2;
        }
        settings.servers = *parsed;
    }
    if (!arguments.traps.empty()) {
        auto parsed = dim::model::Ipv4Endpoint::parse(arguments.traps, kTrapPort);
        if (!parsed) {
            dim::log(dim::LogLevel::error, "--traps: " + dim::to_string(parsed.error()));
            return 2;
        }
        settings.traps = *parsed;
    }
    for (std::string* path : {&settings.cluster_file, &settings.state_directory,
                              &settings.run_directory, &settings.agents, &settings.kernel_kit,
                              &settings.blade_exec, &settings.overrides, &settings.secure_boot}) {
        *path = absolute(*path);
    }
    const auto done = arguments.is_teardown ? end_everything(settings) : serve(std::move(settings));
    if (done) return 0;
    dim::log(dim::LogLevel::error, dim::to_string(done.error()));
    return 1;
}

}  // namespace

int main(int argc, char** argv) try {
    return run(argc, argv);
} catch (const std::exception& error) {
    dim::log(dim::LogLevel::error, error.what());
    return 1;
}
