#include "initagent/boot_link.hpp"

#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace dim::agent {

namespace {

using sys::LinkKind;
using sys::NetworkInterface;
using Ports = std::vector<NetworkInterface>;

constexpr const char* kBondName = "bond0";
constexpr std::size_t kLongestName = 15;  // IFNAMSIZ, without its end
/// How often a bond looks at the links of its ports: what the kernel's documentation recommends
/// (Documentation/networking/bonding.rst).
constexpr std::chrono::milliseconds kMiiInterval{100};
constexpr const char* kOtherKernel =
    "boot with a kernel that has them: DIM's own, or a distribution's with 8021q and bonding";

std::string mac_text(const NetworkInterface& interface) {
    const auto mac = model::MacAddress::from_bytes(interface.mac);
    return mac ? to_string(*mac) : "no MAC address";
}

std::string list(const Ports& ports) {
    std::string text;
    for (const NetworkInterface& port : ports) {
        if (!text.empty()) text += ", ";
        text.append(printable(port.name, kLongestName)).append(" (");
        text.append(mac_text(port)).append(")");
    }
    return text.empty() ? "none" : text;
}

Result<NetworkInterface> interface_named(const std::string& name) {
    DIM_TRY(auto interfaces, sys::network_interfaces());
    for (NetworkInterface& interface : interfaces)
        if (interface.name == name) return std::move(interface);
    return fail(ErrorCode::not_found, "there is no interface " + name);
}

/// Why an interface was not made: what its module said when it was loaded belongs to it.
Error not_made(const Error& error, const KernelModules& modules) {
    std::string text = error.message();
    for (const std::string& failure : modules.failures())
        text.append("; ").append(failure);
    Error told(error.code(), std::move(text));
    if (error.code() != ErrorCode::not_found) return told;
    return std::move(told).with_cure(kOtherKernel);
}

/// Of the bond's ports those that are there and come up.
Result<Ports> ports_brought_up(const model::Bond& bond, KernelModules& modules,
                               std::string& missing) {
    modules.load_for_devices();
    DIM_TRY(const Ports interfaces, sys::network_interfaces());
    Ports ports = ports_of_bond(bond, interfaces, missing);
    std::erase_if(ports, [](const NetworkInterface& port) {
        return !port.is_up && !sys::set_link_up(port.index);
    });
    return ports;
}

Error nothing_to_bond(const Ports& ports, const std::string& missing) {
    if (ports.empty())
        return Error(ErrorCode::not_found,
                     "no port for the bond is there" +
                         (missing.empty() ? missing : ", it is to have " + missing))
            .with_cure("is its driver in the boot file?");
    return Error(ErrorCode::timed_out, "no port of the bond has a link: " + list(ports))
        .with_cure("look at the cables and the switch's ports");
}

/// Of the bond's ports those that it is made of, once they are there and have a link.
Result<Ports> wait_for_ports(const model::Bond& bond, KernelModules& modules,
                             const HardwareEvents& events, const BondWaits& waits) {
    const auto there = sys::Deadline::in(waits.ports);
    const auto linked = sys::Deadline::in(waits.carrier);
    std::optional<sys::Deadline> settled;
    for (;;) {
        events.forget();
        std::string missing;
        DIM_TRY(Ports ports, ports_brought_up(bond, modules, missing));
        const auto links = std::ranges::count_if(ports, &NetworkInterface::has_carrier);
        if (links == 0) settled.reset();
        if (links > 0 && !settled) settled = sys::Deadline::in(waits.settle);
        const BondPorts now{.ports = ports.size(),
                            .links = static_cast<std::size_t>(links),
                            .is_missing = !missing.empty(),
                            .have_ports_waited = there.has_passed(),
                            .has_link_waited = linked.has_passed(),
                            .have_links_waited = settled && settled->has_passed()};
        sys::Deadline deadline = linked;
        switch (next_step(now)) {
            case BondStep::wait_for_ports: deadline = there; break;
            case BondStep::wait_for_link: break;
            case BondStep::wait_for_links: deadline = *settled; break;
            case BondStep::make_bond:
                if (!missing.empty())
                    log(LogLevel::warning, "the bond has to do without " + missing);
                if (bond.ports.empty())
                    std::erase_if(ports, [](const auto& port) { return !port.has_carrier; });
                return ports;
            case BondStep::give_up: return fail(nothing_to_bond(ports, missing));
        }
        std::ignore = sys::poll(events.fd(), sys::Readiness::readable, deadline);
    }
}

}  // namespace

bool is_port(const NetworkInterface& interface) {
    return interface.is_ethernet && interface.kind == LinkKind::other;
}

std::vector<NetworkInterface> ports_of_bond(const model::Bond& bond,
                                            std::span<const NetworkInterface> interfaces,
                                            std::string& missing) {
    Ports found;
    if (bond.ports.empty()) {
        std::ranges::copy_if(interfaces, std::back_inserter(found), is_port);
        return found;
    }
    for (const std::string& name : bond.ports) {
        const auto port = std::ranges::find_if(interfaces, [&](const NetworkInterface& interface) {
            return is_port(interface) && (interface.name == name || mac_text(interface) == name);
        });
        if (port == interfaces.end())
            missing.append(missing.empty() ? "" : ", ").append(name);
        else if (std::ranges::find(found, port->index, &NetworkInterface::index) == found.end())
            found.push_back(*port);
    }
    return found;
}

Result<std::array<std::uint8_t, 6>> mac_of_bond(std::span<const NetworkInterface> ports,
                                                const std::optional<model::MacAddress>& boot_port) {
    if (ports.empty()) return fail(ErrorCode::not_found, "the bond has no port");
    return boot_port ? boot_port->bytes() : ports.front().mac;
}

BondStep next_step(const BondPorts& now) {
    if ((now.ports == 0 || now.is_missing) && !now.have_ports_waited)
        return BondStep::wait_for_ports;
    if (now.links == 0)
        return now.ports == 0 || now.has_link_waited ? BondStep::give_up : BondStep::wait_for_link;
    return now.links == now.ports || now.have_links_waited ? BondStep::make_bond
                                                           : BondStep::wait_for_links;
}

std::string vlan_name(const NetworkInterface& base, model::VlanId id) {
    const auto with_id = [&](const std::string& of) { return of + '.' + to_string(id); };
    const std::string name = with_id(base.name);
    return name.size() <= kLongestName ? name : with_id("port" + std::to_string(base.index));
}

Result<NetworkInterface> make_bond(const model::Bond& bond,
                                   const std::optional<model::MacAddress>& boot_port,
                                   KernelModules& modules, const HardwareEvents& events,
                                   const BondWaits& waits) {
    modules.load_module("bonding");
    DIM_CHECK(remove_made_links());  // the module may make one by itself
    DIM_TRY(const auto ports, wait_for_ports(bond, modules, events, waits));
    DIM_TRY(const auto mac, mac_of_bond(ports, boot_port));
    const auto made =
        sys::add_bond(kBondName, static_cast<std::uint8_t>(bond.mode), kMiiInterval, mac);
    if (!made) return fail(not_made(made.error(), modules));
    DIM_TRY(const NetworkInterface empty, interface_named(kBondName));
    for (const NetworkInterface& port : ports) {
        DIM_CHECK(sys::set_link_down(port.index));
        auto joined = sys::set_master(port.index, empty.index);
        if (!joined) return fail(std::move(joined).error().with_context(port.name));
    }
    DIM_CHECK(sys::set_link_up(empty.index));
    DIM_CHECK(wait_for_carrier(empty, events, sys::Deadline::in(waits.carrier)));
    return interface_named(kBondName);
}

Result<NetworkInterface> make_vlan(const NetworkInterface& base, model::VlanId id,
                                   KernelModules& modules) {
    modules.load_module("8021q");
    const std::string name = vlan_name(base, id);
    if (!interface_named(name)) {
        const auto made = sys::add_vlan(name, base.index, id.number());
        if (!made) return fail(not_made(made.error(), modules));
    }
    DIM_TRY(const NetworkInterface vlan, interface_named(name));
    if (!vlan.is_up) DIM_CHECK(sys::set_link_up(vlan.index));
    return interface_named(name);
}

void UnaskedPorts::note(const NetworkInterface& port, const Error& error) {
    if (std::ranges::find(indexes_, port.index) != indexes_.end()) return;
    indexes_.push_back(port.index);
    log(LogLevel::warning,
        "not asked on " + printable(port.name, kLongestName) + ": " + to_string(error));
}

Result<std::vector<NetworkInterface>>
made_on_each(std::span<const NetworkInterface> ports,
             const std::function<Result<NetworkInterface>(const NetworkInterface&)>& make,
             UnaskedPorts& unasked) {
    Ports made;
    std::vector<std::pair<const NetworkInterface*, Error>> failures;
    for (const NetworkInterface& port : ports) {
        auto one = make(port);
        if (one)
            made.push_back(*std::move(one));
        else
            failures.emplace_back(&port, std::move(one).error());
    }
    if (made.empty() && !failures.empty()) return fail(std::move(failures.front().second));
    for (const auto& [port, error] : failures)
        unasked.note(*port, error);
    return made;
}

std::vector<int> interfaces_below(std::span<const NetworkInterface> interfaces, int index) {
    std::vector<int> found{index};
    const auto add = [&](int below) {
        if (std::ranges::find(found, below) == found.end()) found.push_back(below);
    };
    for (std::size_t at = 0; at < found.size(); ++at) {
        const int above = found[at];
        for (const NetworkInterface& interface : interfaces) {
            if (interface.index == above && interface.base != 0) add(interface.base);
            if (interface.master == above) add(interface.index);
        }
    }
    found.erase(found.begin());
    return found;
}

Result<void> remove_made_links(std::optional<int> except) {
    DIM_TRY(const auto interfaces, sys::network_interfaces());
    // A VLAN goes with the bond that it is on, so it goes first.
    for (const LinkKind kind : {LinkKind::vlan, LinkKind::bond})
        for (const NetworkInterface& interface : interfaces)
            if (interface.kind == kind && interface.index != except)
                DIM_CHECK(sys::remove_link(interface.index));
    return {};
}

Result<void> wait_for_carrier(const NetworkInterface& interface, const HardwareEvents& events,
                              const sys::Deadline& deadline) {
    for (;;) {
        events.forget();
        DIM_TRY(const auto interfaces, sys::network_interfaces());
        const auto now = std::ranges::find(interfaces, interface.index, &NetworkInterface::index);
        if (now == interfaces.end())
            return fail(ErrorCode::not_found, interface.name + " has gone");
        if (now->has_carrier) return {};
        if (!sys::poll(events.fd(), sys::Readiness::readable, deadline)) {
            return fail(Error(ErrorCode::timed_out, interface.name + " has no link")
                            .with_cure("look at the cable, the switch module and its port"));
        }
    }
}

}  // namespace dim::agent
