#include "initagent/boot_environment.hpp"

#include "initagent/uefi_boot_option.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount.hpp"

#include <algorithm>

namespace dim::agent {

namespace {

constexpr std::size_t kSmallFile = 64 * 1024;

Result<void> mount_at(const std::string& target, const std::string& type) {
    DIM_CHECK(sys::ensure_directory(target));
    unsigned long flags = MS_NOSUID;
    if (type != "devtmpfs") flags |= MS_NODEV;
    return sys::mount(type, target, type, flags, "");
}

/// The firmware's packet. Open Firmware keeps it under one of three names, the last of which has
/// the Ethernet, IP and UDP headers before it.
std::optional<BootpReply> read_bootp(const std::string& chosen, BootEnvironment& environment) {
    struct Property {
        std::string_view name;
        std::size_t headers;
    };
    for (const auto& [name, headers] : {Property{"bootp-response", 0}, Property{"dhcp-response", 0},
                                        Property{"bootpreply-packet", 42}}) {
        const auto bytes = sys::read_file(chosen + '/' + std::string(name), kBootpLimit);
        if (!bytes || bytes->size() < headers) continue;
        auto reply = parse_bootp_reply(std::string_view(*bytes).substr(headers));
        if (reply) return *std::move(reply);
        environment.warnings.push_back("the firmware's " + std::string(name) +
                                       " is ignored: " + reply.error().message());
    }
    return std::nullopt;
}

std::optional<BootPath> read_boot_path(const std::string& chosen, BootEnvironment& environment) {
    const auto bytes = sys::read_file(chosen + "/bootpath", kBootPathLimit);
    if (!bytes) return std::nullopt;
    auto path = parse_boot_path(std::string_view(*bytes).substr(0, bytes->find('\0')));
    if (path) return *std::move(path);
    environment.warnings.push_back("it is ignored: " + path.error().message());
    return std::nullopt;
}

/// The port, unless it is told already, and the VLAN, if that is of the port and not told either.
/// The distribution mounts the variables for itself, so they are not left mounted.
void read_uefi_port(const std::string& directory, BootEnvironment& environment) {
    const auto names = sys::list_names(directory);
    if (!names) return;
    const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    const bool mounts =
        names->empty() && sys::mount("efivarfs", directory, "efivarfs", flags, "").has_value();
    const auto option = read_uefi_boot_option(directory);
    if (mounts) static_cast<void>(sys::umount(directory));
    if (option) {
        if (!environment.port_mac) environment.port_mac = option->mac;
        const bool is_of_port = option->mac && option->mac == environment.port_mac;
        if (!environment.vlan && is_of_port) environment.vlan = option->vlan;
    } else if (option.error().code() != ErrorCode::not_found) {
        environment.warnings.push_back("the firmware does not tell what it booted from: " +
                                       option.error().message());
    }
}

std::optional<model::MacAddress> read_port_mac(const std::string& device) {
    for (const char* name : {"/local-mac-address", "/mac-address"}) {
        const auto bytes = sys::read_file(device + name, kBootPathLimit);
        // IBM's virtual Ethernet pads it to 8 bytes in front.
        model::MacAddress::Bytes mac;
        if (!bytes || (bytes->size() != mac.size() && bytes->size() != mac.size() + 2)) continue;
        std::ranges::copy(bytes->substr(bytes->size() - mac.size()), mac.begin());
        if (auto address = model::MacAddress::from_bytes(mac)) return *address;
    }
    return std::nullopt;
}

}  // namespace

std::optional<model::Ipv4Address> parse_kernel_dhcp(std::string_view text) {
    for (const std::string_view line : split(text, '\n')) {
        const std::vector<std::string_view> words = split_words(line);
        if (words.size() != 2 || words[0] != "bootserver") continue;
        const auto address = model::Ipv4Address::parse(words[1]);
        if (address && !address->is_unspecified()) return *address;
    }
    return std::nullopt;
}

Result<BootEnvironment> read_boot_environment(const EnvironmentFiles& files) {
    DIM_TRY(const std::string text, sys::read_file(files.command_line, kCommandLineLimit));
    DIM_TRY(const std::vector<CommandLineWord> words, parse_command_line(text));

    BootEnvironment environment;
    environment.settings = agent_settings(words);
    environment.warnings = environment.settings.warnings;
    const std::string chosen = files.device_tree + "/chosen";
    environment.bootp = read_bootp(chosen, environment);
    environment.boot_path = read_boot_path(chosen, environment);
    environment.port_mac = environment.settings.boot_interface;
    if (!environment.port_mac && environment.boot_path)
        environment.port_mac = read_port_mac(files.device_tree + environment.boot_path->node);
    environment.vlan = environment.settings.vlan;
    read_uefi_port(files.uefi_variables, environment);
    if (const auto pnp = sys::read_file(files.kernel_dhcp, kSmallFile))
        environment.kernel_server = parse_kernel_dhcp(*pnp);
    DIM_TRY(environment.machine, identify_machine(files.device_tree, files.dmi));
    return environment;
}

bool is_screen_beside_console(std::string_view active) {
    return active.contains("tty0 ");  // no other device's name ends so
}

Result<void> mount_kernel_file_systems() {
    if (!sys::stat("/proc/self")) DIM_CHECK(mount_at("/proc", "proc"));
    if (!sys::stat("/sys/kernel")) DIM_CHECK(mount_at("/sys", "sysfs"));
    if (!sys::mount_at("/dev")) DIM_CHECK(mount_at("/dev", "devtmpfs"));
    return {};
}

}  // namespace dim::agent
