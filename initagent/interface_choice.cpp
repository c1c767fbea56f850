#include "initagent/interface_choice.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <vector>

namespace dim::agent {

namespace {

std::optional<model::MacAddress> mac_of(const InterfaceCandidate& candidate) {
    if (!candidate.interface.is_ethernet) return std::nullopt;
    const auto mac = model::MacAddress::from_bytes(candidate.interface.mac);
    return mac ? std::optional(*mac) : std::nullopt;
}

template <class Predicate>
const InterfaceCandidate* find(std::span<const InterfaceCandidate> candidates,
                               const Predicate& predicate) {
    const auto found = std::ranges::find_if(candidates, predicate);
    return found == candidates.end() ? nullptr : &*found;
}

const InterfaceCandidate* with_mac(std::span<const InterfaceCandidate> candidates,
                                   const std::optional<model::MacAddress>& mac) {
    if (!mac) return nullptr;
    return find(candidates, [&](const auto& candidate) { return mac_of(candidate) == mac; });
}

const InterfaceCandidate* with_node(std::span<const InterfaceCandidate> candidates,
                                    const std::string& node) {
    if (node.empty()) return nullptr;
    return find(candidates, [&](const auto& candidate) { return candidate.device_node == node; });
}

const InterfaceCandidate* only_configured(std::span<const InterfaceCandidate> candidates) {
    const auto is_configured = [](const InterfaceCandidate& candidate) {
        return candidate.interface.is_ethernet && candidate.address;
    };
    if (std::ranges::count_if(candidates, is_configured) != 1) return nullptr;
    return find(candidates, is_configured);
}

std::string describe(const BootPort& port) {
    std::string text;
    if (port.client_mac) text += " with MAC address " + to_string(*port.client_mac);
    if (!port.device_node.empty()) text += " of device " + port.device_node;
    if (text.empty() && port.device_mac) text = " with MAC address " + to_string(*port.device_mac);
    return text.empty() ? " that has an address" : text;
}

std::string list(std::span<const InterfaceCandidate> candidates) {
    std::string text;
    for (const InterfaceCandidate& candidate : candidates) {
        if (!candidate.interface.is_ethernet) continue;
        const auto mac = mac_of(candidate);
        if (!text.empty()) text += ", ";
        text += printable(candidate.interface.name, 15) + " (" +
                (mac ? to_string(*mac) : "no MAC address") +
                (candidate.address ? ", has an address)" : ")");
    }
    return text.empty() ? "there is no Ethernet interface at all" : "there are " + text;
}

}  // namespace

Result<InterfaceCandidate> choose_interface(std::span<const InterfaceCandidate> candidates,
                                            const BootPort& port) {
    const InterfaceCandidate* chosen = with_mac(candidates, port.client_mac);
    if (chosen == nullptr) chosen = with_node(candidates, port.device_node);
    if (chosen == nullptr) chosen = with_mac(candidates, port.device_mac);
    if (chosen == nullptr) chosen = only_configured(candidates);
    if (chosen != nullptr) return *chosen;
    return fail(Error(ErrorCode::not_found,
                      "no network interface" + describe(port) + "; " + list(candidates))
                    .with_cure("is its driver in the boot file?"));
}

}  // namespace dim::agent
