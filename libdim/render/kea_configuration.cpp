#include "libdim/render/kea_configuration.hpp"

#include "libdim/base/text.hpp"
#include "libdim/render/dhcp_plan.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

namespace dim::render {

namespace {

using nlohmann::ordered_json;

constexpr int kLifetime = 86'400;
constexpr int kSocketRetry = 1000;  ///< milliseconds

ordered_json option(std::string_view name, std::string data) {
    return {{"name", name}, {"data", std::move(data)}};
}

/// What KeaLogReader understands and what tells why Kea is not well; no packet's contents.
ordered_json loggers() {
    const auto logger = [](std::string_view name, std::string_view severity, int level) {
        ordered_json made{{"name", name}, {"severity", severity}};
        if (level > 0) made["debuglevel"] = level;
        made["output_options"] = ordered_json::array({{{"output", "stdout"}}});
        return made;
    };
    return ordered_json::array(
        {logger("kea-dhcp4", "WARN", 0), logger("kea-dhcp4.dhcp4", "INFO", 0),
         logger("kea-dhcp4.leases", "INFO", 0), logger("kea-dhcp4.packets", "DEBUG", 50)});
}

ordered_json lease_database(const std::string& path) {
    ordered_json database{{"type", "memfile"}, {"persist", !path.empty()}, {"lfc-interval", 0}};
    if (!path.empty()) database["name"] = path;
    return database;
}

/// Kea opens no socket on a device without a carrier (no blade is on, the switch is off) and would
/// stay deaf; so it tries again, for ever.
ordered_json interfaces(const std::vector<cluster::DeviceName>& devices) {
    ordered_json names = ordered_json::array();
    for (const cluster::DeviceName& device : devices)
        names.push_back(to_string(device));
    return {{"interfaces", std::move(names)},
            {"dhcp-socket-type", "raw"},
            {"service-sockets-require-all", true},
            {"service-sockets-max-retries", std::numeric_limits<std::uint32_t>::max()},
            {"service-sockets-retry-wait-time", kSocketRetry}};
}

/// Everything that is not of one network or host. Unknown clients are dropped before anything is
/// looked up for them, which needs reservations that hold for all networks.
ordered_json global_settings(const KeaFiles& files) {
    ordered_json settings{
        {"user-context", {{"comment", "Written by imageserver; what is changed here is lost."}}},
        {"interfaces-config", interfaces(files.devices)},
        {"lease-database", lease_database(files.leases)},
        {"authoritative", true},
        {"match-client-id", false},
        {"valid-lifetime", kLifetime},
        {"decline-probation-period", 0},
        {"ddns-send-updates", false},
        {"multi-threading", {{"enable-multi-threading", false}}},
        {"host-reservation-identifiers", {"hw-address"}},
        {"reservations-global", true},
        {"reservations-in-subnet", false},
        {"early-global-reservations-lookup", true},
        {"client-classes",
         ordered_json::array({{{"name", "DROP"}, {"test", "not member('KNOWN')"}}})},
        {"loggers", loggers()}};
    if (!files.bootp_library.empty())
        settings["hooks-libraries"] = ordered_json::array({{{"library", files.bootp_library}}});
    return settings;
}

ordered_json subnet(const SubnetPlan& plan, std::size_t id, const std::string& domain) {
    const cluster::Network& network = *plan.network;
    ordered_json options = ordered_json::array();
    options.push_back(option("broadcast-address", to_string(network.network.broadcast())));
    if (network.router) options.push_back(option("routers", to_string(*network.router)));
    if (!network.time_servers.empty())
        options.push_back(option("ntp-servers", joined(network.time_servers)));
    if (!domain.empty()) options.push_back(option("domain-name", domain));
    for (const OptionBytes& extra : plan.options)
        options.push_back(
            {{"code", extra.code}, {"csv-format", false}, {"data", to_hex(extra.bytes)}});
    return {{"id", id},
            {"subnet", to_string(network.network)},
            {"user-context", {{"network", to_string(network.name)}}},
            {"option-data", std::move(options)}};
}

ordered_json reservation(const HostPlan& plan, bool has_name_server) {
    const api::DhcpHost& host = *plan.host;
    ordered_json options = ordered_json::array();
    if (has_name_server) options.push_back(option("domain-name-servers", plan.server_address));
    if (!plan.root_path.empty()) options.push_back(option("root-path", plan.root_path));
    ordered_json entry{{"hostname", to_string(host.blade)},
                       {"hw-address", to_string(host.mac)},
                       {"ip-address", to_string(host.address)}};
    if (!plan.root_path.empty()) {
        entry["next-server"] = plan.server_address;
        entry["server-hostname"] = plan.server_address;
        entry["boot-file-name"] = *host.boot_file;
    }
    if (!options.empty()) entry["option-data"] = std::move(options);
    return entry;
}

/// A line for each element: a cluster's worth of lines that can be compared.
template <class Things, class Render>
void append_list(std::string& text, std::string_view name, const Things& things, Render render) {
    text.append("    \"").append(name).append("\": [");
    std::string_view before = "\n      ";
    for (const auto& thing : things) {
        text.append(before).append(render(thing).dump());
        before = ",\n      ";
    }
    text.append("\n    ]");
}

}  // namespace

Result<std::string> render_kea_configuration(const cluster::Definition& definition,
                                             std::span<const ServerHosts> servers,
                                             const KeaFiles& files) {
    DIM_TRY(const DhcpPlan plan, plan_dhcp(definition, servers));
    std::string text = "{\n  \"Dhcp4\": {\n";
    const ordered_json settings = global_settings(files);
    for (const auto& [name, value] : settings.items())
        text.append("    \"").append(name).append("\": ").append(value.dump()).append(",\n");
    std::size_t id = 0;
    append_list(text, "subnet4", plan.subnets,
                [&](const SubnetPlan& each) { return subnet(each, ++id, plan.domain); });
    text.append(",\n");
    append_list(text, "reservations", plan.hosts,
                [&](const HostPlan& each) { return reservation(each, plan.has_name_servers); });
    return text.append("\n  }\n}\n");
}

}  // namespace dim::render
