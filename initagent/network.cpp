#include "initagent/network.hpp"

#include "initagent/boot_link.hpp"
#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/netlink.hpp"
#include "libdim/sys/poll.hpp"

#include <algorithm>

namespace dim::agent {

namespace {

/// RFC 791: the netmask of an address when nobody says another.
model::Ipv4Address class_netmask(model::Ipv4Address address) {
    const std::uint32_t value = address.value();
    if (value < 0x80000000) return model::Ipv4Address(0xff000000);
    return model::Ipv4Address(value < 0xc0000000 ? 0xffff0000 : 0xffffff00);
}

/// The path in the device tree of the device behind an interface.
std::string device_node(const std::string& interface) {
    constexpr std::string_view kTree = "/devicetree/base";
    const auto target = sys::read_link("/sys/class/net/" + interface + "/device/of_node");
    if (!target) return {};
    const auto at = target->find(kTree);
    return at == std::string::npos ? std::string() : target->substr(at + kTree.size());
}

Result<std::vector<InterfaceCandidate>> list_candidates() {
    DIM_TRY(const auto interfaces, sys::network_interfaces());
    DIM_TRY(const auto addresses, sys::interface_addresses());
    std::vector<InterfaceCandidate> candidates;
    for (const sys::NetworkInterface& interface : interfaces) {
        InterfaceCandidate candidate{interface, device_node(interface.name), std::nullopt};
        const auto address =
            std::ranges::find(addresses, interface.index, &sys::InterfaceAddress::index);
        if (address != addresses.end()) candidate.address = *address;
        candidates.push_back(std::move(candidate));
    }
    return candidates;
}

bool has_address(const BootEnvironment& environment) {
    return environment.bootp && !environment.bootp->client_address.is_unspecified();
}

/// Waits until the interface is there that firmware, boot loader or kernel tell of. Nothing when
/// they tell of none, or when only DHCP can say which it is.
Result<std::optional<InterfaceCandidate>> find_interface(const BootPort& port,
                                                         KernelModules& modules,
                                                         const HardwareEvents& events,
                                                         const sys::Deadline& deadline) {
    for (;;) {
        events.forget();
        modules.load_for_devices();
        DIM_TRY(const auto candidates, list_candidates());
        auto chosen = choose_interface(candidates, port);
        if (chosen) return *std::move(chosen);
        if (!port.is_known()) return std::nullopt;
        if (!sys::poll(events.fd(), sys::Readiness::readable, deadline)) {
            std::string text;
            for (const std::string& failure : modules.failures())
                text += "; " + failure;
            Error error = std::move(chosen).error();
            return fail(Error(error.code(), error.message() + text).with_cure(error.cure()));
        }
    }
}

/// The Ethernet interfaces, up: the one with the index ONLY, or all ports there are by now but
/// those that do not come up, which are noted as UNASKED.
Result<std::vector<sys::NetworkInterface>>
ports_to_ask(std::optional<int> only, KernelModules& modules, UnaskedPorts& unasked) {
    modules.load_for_devices();
    DIM_TRY(auto interfaces, sys::network_interfaces());
    std::erase_if(interfaces, [&](const sys::NetworkInterface& interface) {
        return only ? interface.index != *only : !is_port(interface);
    });
    std::vector<sys::NetworkInterface> up;
    for (sys::NetworkInterface& interface : interfaces) {
        auto brought_up = interface.is_up ? Result<void>() : sys::set_link_up(interface.index);
        if (brought_up) {
            up.push_back(std::move(interface));
            continue;
        }
        if (only) return fail(std::move(brought_up).error());
        unasked.note(interface, brought_up.error());
    }
    return up;
}

/// The bond or the VLAN that the boot network is to run over, in the place of the port CHOSEN.
Result<void> put_links_on(std::optional<InterfaceCandidate>& chosen, BootEnvironment& environment,
                          KernelModules& modules, const HardwareEvents& events,
                          const std::function<void(std::string)>& trying,
                          const NetworkSettings& settings) {
    if (const auto& bond = environment.settings.bond) {
        trying("make the bond " + to_string(*bond));
        const auto boot_port = chosen ? model::MacAddress::from_bytes(chosen->interface.mac)
                                      : Result<model::MacAddress>(fail(ErrorCode::not_found, ""));
        DIM_TRY(auto made, make_bond(*bond, boot_port ? std::optional(*boot_port) : std::nullopt,
                                     modules, events,
                                     {.ports = settings.interface_timeout,
                                      .carrier = settings.carrier_timeout,
                                      .settle = settings.bond_settle}));
        chosen = InterfaceCandidate{std::move(made), {}, std::nullopt};
    }
    if (!environment.vlan) return {};
    // What firmware and kernel know was told on another network, or is told again on this one.
    environment.bootp.reset();
    environment.kernel_server.reset();
    if (!chosen) return {};
    trying("make the VLAN " + to_string(*environment.vlan) + " on " + chosen->interface.name);
    DIM_TRY(auto vlan, make_vlan(chosen->interface, *environment.vlan, modules));
    chosen = InterfaceCandidate{std::move(vlan), {}, std::nullopt};
    return {};
}

Result<void> set_addresses(const BootNetwork& network,
                           const std::function<void(std::string)>& trying) {
    const NetworkPlan& plan = network.plan;
    trying("set " + to_string(plan.address) + '/' + std::to_string(plan.prefix_length) + " on " +
           network.interface);
    DIM_CHECK(sys::add_address(network.index, plan.address.value(), plan.prefix_length));
    if (!plan.router) return {};
    trying("set the default route to " + to_string(*plan.router));
    return sys::add_route(network.index, 0, 0, plan.router->value());
}

/// The routes go with the addresses.
Result<void> take_addresses_below(BootNetwork& network) {
    DIM_TRY(const auto interfaces, sys::network_interfaces());
    DIM_TRY(const auto addresses, sys::interface_addresses());
    const auto below = interfaces_below(interfaces, network.index);
    for (const sys::InterfaceAddress& address : addresses) {
        if (std::ranges::find(below, address.index) == below.end()) continue;
        DIM_CHECK(sys::remove_address(address.index, address.address, address.prefix_length));
        network.taken.push_back(address);
    }
    return {};
}

BootPort boot_port(const BootEnvironment& environment) {
    return {.client_mac = environment.bootp ? environment.bootp->client_mac : std::nullopt,
            .device_node = environment.boot_path ? environment.boot_path->node : "",
            .device_mac = environment.port_mac};
}

Result<model::Ipv4Address> server_address(const BootEnvironment& environment) {
    if (environment.settings.server) return *environment.settings.server;
    if (environment.bootp && !environment.bootp->next_server.is_unspecified())
        return environment.bootp->next_server;
    if (environment.bootp && environment.bootp->server_identifier)
        return *environment.bootp->server_identifier;
    if (environment.kernel_server) return *environment.kernel_server;
    return fail(Error(ErrorCode::not_found, "nobody told the image server's address")
                    .with_cure("set next-server in the DHCP answer or dim.server= on the kernel "
                               "command line"));
}

/// The port that was booted from, with a link; nothing when nobody tells it.
Result<std::optional<InterfaceCandidate>>
find_boot_port(const BootEnvironment& environment, KernelModules& modules,
               const HardwareEvents& events, const std::function<void(std::string)>& trying,
               const NetworkSettings& settings) {
    trying("find the interface the blade booted from");
    DIM_TRY(std::optional<InterfaceCandidate> chosen,
            find_interface(boot_port(environment), modules, events,
                           sys::Deadline::in(settings.interface_timeout)));
    // The ports of a bond it waits for itself: one with a link is enough.
    if (!chosen || environment.settings.bond) return chosen;
    trying("bring up " + chosen->interface.name);
    if (!chosen->interface.is_up) DIM_CHECK(sys::set_link_up(chosen->interface.index));
    DIM_CHECK(
        wait_for_carrier(chosen->interface, events, sys::Deadline::in(settings.carrier_timeout)));
    return chosen;
}

/// Asks on CHOSEN, or on every port, or the VLAN of every port: who is answered is chosen then.
Result<void> ask_for_address(std::optional<InterfaceCandidate>& chosen,
                             BootEnvironment& environment, KernelModules& modules,
                             const HardwareEvents& events,
                             const std::function<void(std::string)>& trying,
                             const NetworkSettings& settings) {
    trying("ask for an address by DHCP on " +
           (chosen ? chosen->interface.name
                   : (environment.vlan ? "VLAN " + to_string(*environment.vlan) + " of " : "") +
                         "every Ethernet interface"));
    const auto only = chosen ? std::optional(chosen->interface.index) : std::nullopt;
    UnaskedPorts unasked;
    const auto ports = [&]() -> Result<std::vector<sys::NetworkInterface>> {
        DIM_TRY(auto found, ports_to_ask(only, modules, unasked));
        if (only || !environment.vlan) return found;
        const auto make = [&](const sys::NetworkInterface& port) {
            return make_vlan(port, *environment.vlan, modules);
        };
        return made_on_each(found, make, unasked);
    };
    DIM_TRY(DhcpAnswer answer, ask_dhcp(ports, events, settings.dhcp));
    if (environment.vlan && !only) DIM_CHECK(remove_made_links(answer.port.index));
    environment.bootp = std::move(answer.reply);
    chosen = InterfaceCandidate{std::move(answer.port), {}, std::nullopt};
    return {};
}

}  // namespace

Result<NetworkPlan> plan_network(const BootEnvironment& environment,
                                 const InterfaceCandidate& chosen) {
    NetworkPlan plan;
    DIM_TRY(plan.server, server_address(environment));
    if (has_address(environment)) {
        const BootpReply& bootp = *environment.bootp;
        plan.address = bootp.client_address;
        const auto netmask = bootp.netmask.value_or(class_netmask(plan.address));
        auto network = model::Ipv4Network::of(plan.address, netmask);
        if (!network) return fail(std::move(network).error().with_context("the DHCP answer"));
        if (!network->contains_host(plan.address)) {
            return fail(ErrorCode::invalid_input, "the DHCP answer: " + to_string(plan.address) +
                                                      " is no host of " + to_string(*network));
        }
        plan.prefix_length = network->prefix_length();
        if (bootp.router && network->contains_host(*bootp.router) && bootp.router != plan.address)
            plan.router = bootp.router;
        return plan;
    }
    if (!chosen.address) {
        return fail(Error(ErrorCode::not_found, chosen.interface.name + " has no address")
                        .with_cure("the firmware left none: put ip=dhcp on the kernel command "
                                   "line"));
    }
    plan.address = model::Ipv4Address(chosen.address->address);
    plan.prefix_length = chosen.address->prefix_length;
    return plan;
}

Result<BootNetwork> bring_up_network(BootEnvironment environment, KernelModules& modules,
                                     const std::function<void(std::string)>& trying,
                                     const NetworkSettings& settings) {
    if (environment.settings.wrong_network)
        return fail(
            Error(ErrorCode::invalid_input, *environment.settings.wrong_network)
                .with_cure("build the boot file anew: dim buildzimage IMAGE --option WORD"));
    DIM_TRY(const HardwareEvents events, HardwareEvents::listen());
    if (environment.vlan || environment.settings.bond) DIM_CHECK(remove_made_links());
    DIM_TRY(std::optional<InterfaceCandidate> chosen,
            find_boot_port(environment, modules, events, trying, settings));
    DIM_CHECK(put_links_on(chosen, environment, modules, events, trying, settings));
    const bool is_by_dhcp = !chosen || (!has_address(environment) && !chosen->address);
    if (is_by_dhcp)
        DIM_CHECK(ask_for_address(chosen, environment, modules, events, trying, settings));
    DIM_TRY(const model::MacAddress mac, model::MacAddress::from_bytes(chosen->interface.mac));
    DIM_TRY(const NetworkPlan plan, plan_network(environment, *chosen));
    BootNetwork network{chosen->interface.name, chosen->interface.index, mac, plan, is_by_dhcp, {}};
    auto set = take_addresses_below(network);
    if (set) set = set_addresses(network, trying);
    if (set) return network;
    if (is_by_dhcp) static_cast<void>(remove_addresses(network));
    return fail(std::move(set).error());
}

Result<void> remove_addresses(const BootNetwork& network) {
    const NetworkPlan& plan = network.plan;
    if (plan.router) DIM_CHECK(sys::remove_route(network.index, 0, 0, plan.router->value()));
    DIM_CHECK(sys::remove_address(network.index, plan.address.value(), plan.prefix_length));
    for (const sys::InterfaceAddress& address : network.taken)
        DIM_CHECK(sys::add_address(address.index, address.address, address.prefix_length));
    return {};
}

}  // namespace dim::agent
