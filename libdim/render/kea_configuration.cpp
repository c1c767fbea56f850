#include "libdim/render/kea_configuration.hpp"

#include "libdim/base/text.hpp"
#include "libdim/render/dhcp_plan.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string_view>
#include <tuple>

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

/// That a client says of itself this number of option 93.
std::string says(std::uint16_t architecture) {
    std::string bytes;
    for (const int shift : {8, 0})
        bytes += static_cast<char>(architecture >> shift & 0xff);
    return "option[93].hex == 0x" + to_hex(bytes);
}

/// "(option[93].hex == 0x0007 or …)" for those for which IS_ONE says so; empty for none.
template <class Predicate>
std::string any_client(std::span<const model::Firmware> firmwares, Predicate is_one) {
    std::string text;
    for (const model::Firmware& firmware : firmwares)
        if (is_one(firmware))
            text.append(text.empty() ? "(" : " or ").append(says(firmware.dhcp_architecture));
    return text.empty() ? text : text + ")";
}

/// What hosts are told by what their firmware says of itself: classes of clients. Each host is by
/// its reservation in one for its boot file and in one for its architecture, and what it asks with
/// decides about those below.
class FirmwareClasses {
public:
    void add(const HostPlan& plan) {
        if (plan.firmwares.empty() || plan.root_path.empty()) return;
        if (names_.insert(architecture_class(plan)).second) add_architecture(plan);
        if (names_.insert(file_class(plan)).second) add_file(plan);
    }
    static ordered_json of(const HostPlan& plan) {
        return {architecture_class(plan), file_class(plan)};
    }
    /// A class is defined before those that name it.
    ordered_json list() const {
        ordered_json all = architectures_;
        all.push_back(made("DROP", dropped_));
        for (const ordered_json& each : files_)
            all.push_back(each);
        return all;
    }

private:
    static std::string architecture_class(const HostPlan& plan) {
        return std::string(to_string(plan.firmwares.front().architecture));
    }
    static std::string file_class(const HostPlan& plan) { return plan.boot_url; }
    static std::string member(const std::string& name) { return "member('" + name + "')"; }
    static ordered_json made(const std::string& name, const std::string& test) {
        ordered_json one{{"name", name}};
        if (!test.empty()) one["test"] = test;
        return one;
    }

    /// Kea's log has no other words for a client with a wrong firmware than that it is dropped,
    /// without what the client says of itself, which could be anything.
    void add_architecture(const HostPlan& plan) {
        const std::string name = architecture_class(plan);
        const std::string wrong = name + " wrong-firmware";
        architectures_.push_back(made(name, {}));
        architectures_.push_back(
            made(wrong, member(name) + " and option[93].exists and not " +
                            any_client(plan.firmwares, [](const auto&) { return true; })));
        dropped_ += " or " + member(wrong);
    }

    void add_file(const HostPlan& plan) {
        using Loading = model::FirmwareLoading;
        const std::string name = file_class(plan);
        const auto add = [&](const std::string& kind, const std::string& test,
                             const std::string& file) -> ordered_json& {
            files_.push_back(made(name + kind, test));
            files_.back()["boot-file-name"] = file;
            return files_.back();
        };
        files_.push_back(made(name, {}));
        add(" ipxe", member(name) + " and option[77].hex == 'iPXE'", plan.script_url);
        const std::string by_itself = member(name) + " and not " + member(name + " ipxe");
        // Such firmware takes no answer that does not call itself so (UEFI specification 2.10,
        // 24.7).
        add(" http", by_itself + " and substring(option[60].hex, 0, 10) == 'HTTPClient'",
            plan.boot_url)["option-data"] =
            ordered_json::array({{{"name", "vendor-class-identifier"},
                                  {"data", "HTTPClient"},
                                  {"always-send", true}}});
        for (const auto& [loading, kind, file] :
             {std::tuple(Loading::tftp, " tftp", *plan.host->boot_file),
              std::tuple(Loading::ipxe, " bios", std::string(kIpxeFile))}) {
            const std::string says_so =
                any_client(plan.firmwares,
                           [=](const model::Firmware& each) { return each.loading == loading; });
            if (says_so.empty()) continue;
            add(kind, by_itself + " and not " + member(name + " http") + " and " + says_so, file);
        }
    }

    ordered_json architectures_ = ordered_json::array();
    std::string dropped_ = "not member('KNOWN')";
    ordered_json files_ = ordered_json::array();
    std::set<std::string> names_;
};

/// Everything that is not of one network or host. Unknown clients are dropped before anything is
/// looked up for them, which needs reservations that hold for all networks.
ordered_json global_settings(const KeaFiles& files, const FirmwareClasses& classes) {
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
        {"client-classes", classes.list()},
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

ordered_json reservation(const HostPlan& plan, bool has_name_server,
                         const FirmwareClasses& classes) {
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
        // What a host says comes before what its classes say.
        if (plan.firmwares.empty()) {
            entry["boot-file-name"] = *host.boot_file;
        } else {
            entry["client-classes"] = classes.of(plan);
        }
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
    FirmwareClasses classes;
    for (const HostPlan& host : plan.hosts)
        classes.add(host);
    const ordered_json settings = global_settings(files, classes);
    for (const auto& [name, value] : settings.items())
        text.append("    \"").append(name).append("\": ").append(value.dump()).append(",\n");
    std::size_t id = 0;
    append_list(text, "subnet4", plan.subnets,
                [&](const SubnetPlan& each) { return subnet(each, ++id, plan.domain); });
    text.append(",\n");
    append_list(text, "reservations", plan.hosts, [&](const HostPlan& each) {
        return reservation(each, plan.has_name_servers, classes);
    });
    return text.append("\n  }\n}\n");
}

}  // namespace dim::render
