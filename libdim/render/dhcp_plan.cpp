#include "libdim/render/dhcp_plan.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace dim::render {

namespace {

constexpr std::size_t kBootFileLimit = 100;
constexpr std::size_t kOptionLimit = 255;

/// What iPXE is to load and start; imageserver/download makes it.
constexpr const char* kBootScript = "boot.ipxe";

/// What DIM or the DHCP server itself sets (RFC 2132): pad, mask, routers, host name, domain, root
/// path, broadcast address, NTP servers, 50 to 61 of the protocol itself, server and file name,
/// relay information, end. Name servers (6) are DIM's only where it runs one.
constexpr std::array kOwnOptions = {0,  1,  3,  12, 15, 17, 28, 42, 50, 51, 52, 53,
                                    54, 55, 56, 57, 58, 59, 61, 66, 67, 82, 255};

std::unexpected<Error> refuse(const api::DhcpHost& host, std::string what) {
    return fail(
        Error(ErrorCode::invalid_input, "blade " + to_string(host.blade) + ": " + std::move(what))
            .with_cure("correct the cluster definition or the blade's image"));
}

/// What can stand between quotes in dhcpd.conf, and below a TFTP root, as it is.
bool is_plain_path(std::string_view path) {
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_/";
    return !path.empty() && path.size() <= kBootFileLimit && path.front() != '/' &&
           path.find("..") == std::string_view::npos &&
           path.find_first_not_of(kPlain) == std::string_view::npos;
}

bool is_plain_domain(std::string_view domain) {
    return domain.size() <= kOptionLimit &&
           domain.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") ==
               std::string_view::npos;
}

class HostChecker {
public:
    Result<void> check(const cluster::ServerBootnet& bootnet, const api::DhcpHost& host) {
        if (!names_.insert(to_string(host.blade)).second) return refuse(host, "it is listed twice");
        if (!macs_.insert(host.mac).second)
            return refuse(host, "MAC " + to_string(host.mac) + " is that of another blade");
        if (!addresses_.insert(host.address.value()).second || host.address == bootnet.address)
            return refuse(host, "the address " + to_string(host.address) + " is in use");
        if (!bootnet.network.network.contains_host(host.address)) {
            return refuse(host, "the address " + to_string(host.address) +
                                    " is not one of a host in " +
                                    to_string(bootnet.network.network));
        }
        if (host.boot_file && !is_plain_path(*host.boot_file))
            return refuse(host, "the name of its boot file cannot be given by DHCP");
        return {};
    }

private:
    std::unordered_set<std::string_view> names_;
    std::set<model::MacAddress> macs_;
    std::unordered_set<std::uint32_t> addresses_;
};

Result<std::string> hex_bytes(std::string_view digits) {
    std::string bytes;
    if (digits.size() % 2 != 0) return fail(ErrorCode::invalid_input, "a digit is missing");
    for (std::size_t at = 0; at < digits.size(); at += 2) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        const auto value = [&](char digit) {
            return kDigits.find(digit >= 'A' && digit <= 'F' ? static_cast<char>(digit - 'A' + 'a')
                                                             : digit);
        };
        const std::size_t high = value(digits[at]);
        const std::size_t low = value(digits[at + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos)
            return fail(ErrorCode::invalid_input, "it is not hexadecimal");
        bytes += static_cast<char>(high << 4 | low);
    }
    return bytes;
}

Result<std::string> address_bytes(std::string_view text) {
    std::string bytes;
    for (const std::string_view part : split(text, ',')) {
        DIM_TRY(const auto address, model::Ipv4Address::parse(trim(part)));
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes += static_cast<char>(address.value() >> shift & 0xff);
    }
    return bytes;
}

Result<std::string> text_bytes(std::string_view text) {
    const bool is_printable =
        std::ranges::all_of(text, [](char letter) { return letter >= ' ' && letter <= '~'; });
    if (!is_printable)
        return fail(ErrorCode::invalid_input, "it has characters that are not printable ASCII");
    return std::string(text);
}

Result<std::string> value_bytes(const cluster::DhcpOption& option) {
    switch (option.type) {
        case cluster::DhcpOption::Type::text: return text_bytes(option.value);
        case cluster::DhcpOption::Type::hex: return hex_bytes(option.value);
        case cluster::DhcpOption::Type::address: return address_bytes(option.value);
    }
    return fail(ErrorCode::internal, "a type of option that does not exist");
}

Result<SubnetPlan> plan_subnet(const cluster::Network& network) {
    SubnetPlan plan{.network = &network, .options = {}};
    for (const cluster::DhcpOption& option : network.options) {
        auto bytes = option_bytes(option);
        const bool is_given =
            std::ranges::find(plan.options, option.code, &OptionBytes::code) != plan.options.end();
        if (bytes && is_given)
            bytes = fail(ErrorCode::invalid_input,
                         "DHCP option " + std::to_string(option.code) + " is given twice");
        if (!bytes)
            return fail(
                std::move(bytes).error().with_context("network " + to_string(network.name)));
        plan.options.push_back(std::move(*bytes));
    }
    std::ranges::sort(plan.options, {}, &OptionBytes::code);
    return plan;
}

using TypesOfBlades = std::unordered_map<std::string_view, model::BladeType>;

TypesOfBlades types_of_blades(const cluster::Definition& definition) {
    TypesOfBlades types;
    for (const cluster::Blade& blade : definition.blades)
        types.emplace(to_string(blade.name), blade.type);
    return types;
}

/// How the firmware of PLAN's host gets its boot file.
void plan_boot(HostPlan& plan, const TypesOfBlades& types, std::uint16_t boot_port) {
    const api::DhcpHost& host = *plan.host;
    if (!host.image || !host.boot_file) return;
    plan.root_path =
        plan.server_address + ":/blades/" + to_string(host.blade) + "/" + to_string(*host.image);
    const auto type = types.find(to_string(host.blade));
    if (type == types.end()) return;
    plan.firmwares = model::firmwares_of(model::architecture_of(type->second));
    if (plan.firmwares.empty()) return;
    const std::string& path = *host.boot_file;
    plan.boot_url =
        boot_url(plan.server_address, boot_port, path, path.substr(path.rfind('/') + 1));
    plan.script_url = boot_url(plan.server_address, boot_port, path, kBootScript);
}

Result<void> plan_hosts(const cluster::ServerBootnet& bootnet, const ServerHosts& server,
                        const TypesOfBlades& types, HostChecker& checker,
                        std::vector<HostPlan>& plans) {
    std::vector<const api::DhcpHost*> sorted;
    sorted.reserve(server.hosts.size());
    for (const api::DhcpHost& host : server.hosts)
        sorted.push_back(&host);
    std::ranges::sort(sorted, {}, [](const api::DhcpHost* host) -> const model::ComponentName& {
        return host->blade;
    });
    const std::string address = to_string(bootnet.address);
    for (const api::DhcpHost* host : sorted) {
        DIM_CHECK(checker.check(bootnet, *host));
        HostPlan plan{.host = host,
                      .server_address = address,
                      .root_path = {},
                      .firmwares = {},
                      .boot_url = {},
                      .script_url = {}};
        plan_boot(plan, types, server.boot_port);
        plans.push_back(std::move(plan));
    }
    return {};
}

}  // namespace

std::string boot_url(const std::string& server_address, std::uint16_t port, std::string_view path,
                     std::string_view name) {
    constexpr std::uint16_t kUnsaid = 80;
    const std::string_view directory = path.substr(0, path.rfind('/'));
    return "http://" + server_address + (port == kUnsaid ? "" : ":" + std::to_string(port)) +
           "/boot/" + std::string(directory) + "/" + std::string(name);
}

std::string joined(std::span<const model::Ipv4Address> addresses) {
    std::string text;
    for (const model::Ipv4Address address : addresses)
        text.append(text.empty() ? "" : ", ").append(to_string(address));
    return text;
}

Result<OptionBytes> option_bytes(const cluster::DhcpOption& option) {
    const std::string name = "DHCP option " + std::to_string(option.code);
    if (std::ranges::find(kOwnOptions, option.code) != kOwnOptions.end()) {
        return fail(Error(ErrorCode::invalid_input, name + " is set by DIM itself")
                        .with_cure("remove the <option> from the network"));
    }
    auto bytes = value_bytes(option);
    if (bytes && (bytes->empty() || bytes->size() > kOptionLimit))
        bytes = fail(ErrorCode::invalid_input,
                     bytes->empty() ? "it is empty" : "it has more than 255 bytes");
    if (!bytes)
        return fail(std::move(bytes)
                        .error()
                        .with_context("the value of " + name)
                        .with_cure("correct the <option> of the network"));
    return OptionBytes{option.code, std::move(*bytes)};
}

Result<DhcpPlan> plan_dhcp(const cluster::Definition& definition,
                           std::span<const ServerHosts> servers) {
    DhcpPlan plan{.subnets = {},
                  .hosts = {},
                  .domain = definition.domain,
                  .has_name_servers = definition.services.dns == cluster::DnsBackend::bind};
    if (!is_plain_domain(plan.domain))
        return fail(ErrorCode::invalid_input, "the cluster's domain cannot be given by DHCP");
    HostChecker checker;
    const TypesOfBlades types = types_of_blades(definition);
    for (const ServerHosts& server : servers) {
        DIM_TRY(const cluster::ServerBootnet bootnet, bootnet_of(definition, server.server));
        const cluster::Network* network = find_network(definition, bootnet.network.name);
        if (std::ranges::find(plan.subnets, network, &SubnetPlan::network) == plan.subnets.end()) {
            DIM_TRY(SubnetPlan subnet, plan_subnet(*network));
            plan.subnets.push_back(std::move(subnet));
        }
        DIM_CHECK(plan_hosts(bootnet, server, types, checker, plan.hosts));
    }
    return plan;
}

Result<void> check_dhcp_hosts(const cluster::ServerBootnet& bootnet,
                              std::span<const api::DhcpHost> hosts) {
    HostChecker checker;
    for (const api::DhcpHost& host : hosts)
        DIM_CHECK(checker.check(bootnet, host));
    return {};
}

std::vector<ServerHosts> server_hosts(const cluster::Definition& definition,
                                      std::span<const model::ComponentName> servers) {
    std::unordered_set<std::string_view> bootnets;
    for (const cluster::Network& network : definition.networks)
        if (network.role == cluster::NetworkRole::bootnet) bootnets.insert(to_string(network.name));
    std::vector<ServerHosts> all;
    std::unordered_map<std::string_view, std::size_t> places;
    for (const model::ComponentName& server : servers) {
        places.emplace(to_string(server), all.size());
        all.push_back({server, {}});
    }
    for (const cluster::Blade& blade : definition.blades) {
        const auto place = places.find(to_string(blade.server));
        if (!blade.mac || place == places.end()) continue;
        const auto interface =
            std::ranges::find_if(blade.interfaces, [&](const cluster::BladeInterface& candidate) {
                return bootnets.contains(to_string(candidate.network));
            });
        if (interface == blade.interfaces.end()) continue;
        all[place->second].hosts.push_back({.blade = blade.name,
                                            .mac = *blade.mac,
                                            .address = interface->address,
                                            .image = {},
                                            .boot_file = {}});
    }
    return all;
}

std::vector<api::DhcpHost> dhcp_hosts_of(const cluster::Definition& definition,
                                         const model::ComponentName& server) {
    return std::move(server_hosts(definition, {&server, 1}).front().hosts);
}

}  // namespace dim::render
