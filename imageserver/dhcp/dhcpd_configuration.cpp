#include "imageserver/dhcp/dhcpd_configuration.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

namespace dim::server {

namespace {

constexpr std::size_t kBootFileLimit = 100;

constexpr std::string_view kHeader =
    "# Written by imageserver; what is changed here by hand is lost.\n"
    "authoritative;\n"
    "ddns-update-style none;\n"
    "deny unknown-clients;\n"
    "deny declines;\n"
    "default-lease-time 86400;\n"
    "max-lease-time 86400;\n"
    "option architecture-type code 93 = unsigned integer 16;\n";

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

class HostChecker {
public:
    explicit HostChecker(const cluster::ServerBootnet& bootnet) : bootnet_(bootnet) {}

    Result<void> check(const api::DhcpHost& host) {
        if (!names_.insert(host.blade).second) return refuse(host, "it is listed twice");
        if (!macs_.insert(host.mac).second)
            return refuse(host, "MAC " + to_string(host.mac) + " is that of another blade");
        if (!addresses_.insert(host.address).second || host.address == bootnet_.address)
            return refuse(host, "the address " + to_string(host.address) + " is in use");
        if (!bootnet_.network.network.contains_host(host.address)) {
            return refuse(host, "the address " + to_string(host.address) +
                                    " is not one of a host in " +
                                    to_string(bootnet_.network.network));
        }
        if (host.boot_file && !is_plain_path(*host.boot_file))
            return refuse(host, "the name of its boot file cannot be given by DHCP");
        return {};
    }

private:
    const cluster::ServerBootnet& bootnet_;
    std::set<model::ComponentName> names_;
    std::set<model::MacAddress> macs_;
    std::set<model::Ipv4Address> addresses_;
};

std::string render_host(const api::DhcpHost& host, const std::string& server_address) {
    const std::string& name = to_string(host.blade);
    std::string text = "host " + name + " {\n  hardware ethernet " + to_string(host.mac) +
                       ";\n  fixed-address " + to_string(host.address) +
                       ";\n  option host-name \"" + name + "\";\n";
    if (host.image && host.boot_file) {
        text += "  next-server " + server_address + ";\n  server-name \"" + server_address +
                "\";\n  filename \"" + *host.boot_file + "\";\n  option root-path \"" +
                server_address + ":/blades/" + name + "/" + to_string(*host.image) + "\";\n";
    }
    return text + "}\n";
}

}  // namespace

Result<std::string> render_dhcpd_configuration(const cluster::Definition& definition,
                                               const model::ComponentName& server,
                                               std::span<const api::DhcpHost> hosts) {
    DIM_TRY(const cluster::ServerBootnet bootnet, bootnet_of(definition, server));
    const std::string server_address = to_string(bootnet.address);
    const model::Ipv4Network& network = bootnet.network.network;
    std::string text(kHeader);
    text += "subnet " + to_string(network.address()) + " netmask " + to_string(network.netmask()) +
            " {\n  option subnet-mask " + to_string(network.netmask()) +
            ";\n  option broadcast-address " + to_string(network.broadcast()) + ";\n";
    if (bootnet.network.router)
        text += "  option routers " + to_string(*bootnet.network.router) + ";\n";
    text += "}\n";

    std::vector<const api::DhcpHost*> sorted;
    for (const api::DhcpHost& host : hosts)
        sorted.push_back(&host);
    std::ranges::sort(sorted, {}, [](const api::DhcpHost* host) { return host->blade; });
    HostChecker checker(bootnet);
    for (const api::DhcpHost* host : sorted) {
        DIM_CHECK(checker.check(*host));
        text += render_host(*host, server_address);
    }
    return text;
}

}  // namespace dim::server
