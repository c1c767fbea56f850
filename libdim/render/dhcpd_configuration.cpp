#include "libdim/render/dhcpd_configuration.hpp"

#include "libdim/base/text.hpp"
#include "libdim/render/dhcp_plan.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace dim::render {

namespace {

constexpr std::string_view kHeader =
    "# Written by imageserver; what is changed here by hand is lost.\n"
    "authoritative;\n"
    "ddns-update-style none;\n"
    "deny unknown-clients;\n"
    "deny declines;\n"
    "default-lease-time 86400;\n"
    "max-lease-time 86400;\n"
    "option architecture-type code 93 = unsigned integer 16;\n";

/// Our own names for options: dhcpd has none for some, and another type for others.
std::string option_name(std::uint8_t code) { return "dim-" + std::to_string(code); }

void append_option_names(std::string& text, const DhcpPlan& plan) {
    std::set<std::uint8_t> codes;
    for (const SubnetPlan& subnet : plan.subnets)
        for (const OptionBytes& option : subnet.options)
            codes.insert(option.code);
    for (const std::uint8_t code : codes)
        text.append("option ")
            .append(option_name(code))
            .append(" code ")
            .append(std::to_string(code))
            .append(" = string;\n");
}

/// 01:04:c0 says any value without a question of quotes.
std::string colon_hex(std::string_view bytes) {
    const std::string digits = to_hex(bytes);
    std::string text;
    for (std::size_t at = 0; at < digits.size(); at += 2)
        text.append(at == 0 ? "" : ":").append(digits, at, 2);
    return text;
}

std::string two_bytes(std::uint16_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

void append_subnet(std::string& text, const SubnetPlan& plan, const std::string& domain) {
    const cluster::Network& network = *plan.network;
    const auto option = [&](std::string_view name, const std::string& value) {
        text.append("  option ").append(name).append(" ").append(value).append(";\n");
    };
    const std::string mask = to_string(network.network.netmask());
    text.append("subnet ")
        .append(to_string(network.network.address()))
        .append(" netmask ")
        .append(mask)
        .append(" {\n");
    option("subnet-mask", mask);
    option("broadcast-address", to_string(network.network.broadcast()));
    if (network.router) option("routers", to_string(*network.router));
    if (!network.time_servers.empty()) option("ntp-servers", joined(network.time_servers));
    if (!domain.empty()) option("domain-name", "\"" + domain + "\"");
    for (const OptionBytes& extra : plan.options)
        option(option_name(extra.code), colon_hex(extra.bytes));
    text.append("}\n");
}

std::string file_name(std::string_view name) { return "filename \"" + std::string(name) + "\";"; }

/// Any of the firmwares for which IS_ONE says so.
template <class Predicate>
std::string any_firmware(std::span<const model::Firmware> firmwares, Predicate is_one) {
    std::string text;
    for (const model::Firmware& firmware : firmwares) {
        if (!is_one(firmware)) continue;
        text.append(text.empty() ? "" : " or ")
            .append("option architecture-type = ")
            .append(colon_hex(two_bytes(firmware.dhcp_architecture)));
    }
    return text;
}

/// What a firmware is told, by what it says of itself: options 93, 77 (user class) and 60 (vendor
/// class). One that says nothing, as an operating system does, is given no file.
std::string decision(const HostPlan& plan) {
    using Loading = model::FirmwareLoading;
    const auto of = [&](Loading loading) {
        return any_firmware(plan.firmwares,
                            [=](const auto& each) { return each.loading == loading; });
    };
    std::string text = "  if exists architecture-type and not (" +
                       any_firmware(plan.firmwares, [](const auto&) { return true; }) +
                       ") {\n    log(info, concat(\"" + kWrongFirmware + " " +
                       to_string(plan.host->mac) +
                       " \", binary-to-ascii(10, 16, \"\", option architecture-type)));\n  }";
    const auto otherwise = [&](const std::string& condition, const std::string& then) {
        if (!condition.empty())
            text.append(" elsif ")
                .append(condition)
                .append(" {\n    ")
                .append(then)
                .append("\n  }");
    };
    otherwise("option user-class = \"iPXE\"", file_name(plan.script_url));
    // Such firmware takes no answer that does not call itself so (UEFI specification 2.10, 24.7).
    otherwise("substring(option vendor-class-identifier, 0, 10) = \"HTTPClient\"",
              "option vendor-class-identifier \"HTTPClient\";\n    "
              // It is sent to who did not ask for it, too.
              "option dhcp-parameter-request-list = concat(option dhcp-parameter-request-list, "
              "3c);\n    " +
                  file_name(plan.boot_url));
    otherwise(of(Loading::tftp), file_name(*plan.host->boot_file));
    otherwise(of(Loading::ipxe), file_name(kIpxeFile));
    return text + "\n";
}

void append_host(std::string& text, const HostPlan& plan, bool has_name_server) {
    const api::DhcpHost& host = *plan.host;
    const std::string& name = to_string(host.blade);
    text.append("host ")
        .append(name)
        .append(" {\n  hardware ethernet ")
        .append(to_string(host.mac))
        .append(";\n  fixed-address ")
        .append(to_string(host.address))
        .append(";\n  option host-name \"")
        .append(name)
        .append("\";\n");
    if (has_name_server)
        text.append("  option domain-name-servers ").append(plan.server_address).append(";\n");
    if (!plan.root_path.empty()) {
        text.append("  next-server ")
            .append(plan.server_address)
            .append(";\n  server-name \"")
            .append(plan.server_address)
            .append("\";\n");
        text.append(plan.firmwares.empty() ? "  " + file_name(*host.boot_file) + "\n"
                                           : decision(plan));
        text.append("  option root-path \"").append(plan.root_path).append("\";\n");
    }
    text.append("}\n");
}

}  // namespace

Result<std::string> render_dhcpd_configuration(const cluster::Definition& definition,
                                               std::span<const ServerHosts> servers) {
    DIM_TRY(const DhcpPlan plan, plan_dhcp(definition, servers));
    std::string text(kHeader);
    append_option_names(text, plan);
    for (const SubnetPlan& subnet : plan.subnets)
        append_subnet(text, subnet, plan.domain);
    for (const HostPlan& host : plan.hosts)
        append_host(text, host, plan.has_name_servers);
    return text;
}

}  // namespace dim::render
