#include "imageserver/blade/neighbours.hpp"

#include <algorithm>
#include <map>

namespace dim::server {

namespace {

constexpr const char* kAlertKind = "neighbours";

Result<int> find_interface(const std::string& device) {
    DIM_TRY(const auto interfaces, sys::network_interfaces());
    const auto found = std::ranges::find(interfaces, device, &sys::NetworkInterface::name);
    if (found != interfaces.end()) return found->index;
    return fail(ErrorCode::not_found, "there is no network interface " + device);
}

}  // namespace

NeighbourChanges neighbour_changes(std::span<const RosterEntry> blades, int interface,
                                   std::span<const sys::PermanentNeighbour> present) {
    std::map<std::uint32_t, sys::PermanentNeighbour> wanted;
    for (const RosterEntry& entry : blades) {
        if (!entry.blade.mac) continue;
        const std::uint32_t address = entry.address.value();
        wanted.emplace(address, sys::PermanentNeighbour{.index = interface,
                                                        .address = address,
                                                        .mac = entry.blade.mac->bytes(),
                                                        .owner = kNeighbourOwner});
    }
    NeighbourChanges changes;
    std::map<std::uint32_t, sys::PermanentNeighbour> missing = wanted;
    for (const sys::PermanentNeighbour& entry : present) {
        const auto blade = wanted.find(entry.address);
        const bool is_here = entry.index == interface;
        if (blade != wanted.end() && is_here) {
            if (blade->second.mac == entry.mac) missing.erase(entry.address);
            // Another server of this machine has blades on its own interface.
        } else if (entry.owner == kNeighbourOwner && (is_here || blade != wanted.end())) {
            changes.removed.push_back(entry);
        }
    }
    for (const auto& [address, neighbour] : missing)
        changes.set.push_back(neighbour);
    return changes;
}

Result<void> Neighbours::bring_in_line() {
    DIM_TRY(const int interface, find_interface(device_));
    DIM_TRY(const auto present, sys::permanent_neighbours());
    const NeighbourChanges changes = neighbour_changes(roster_.entries(), interface, present);
    for (const sys::PermanentNeighbour& entry : changes.removed)
        DIM_CHECK(sys::remove_neighbour(entry.index, entry.address));
    for (const sys::PermanentNeighbour& entry : changes.set)
        DIM_CHECK(sys::set_neighbour(entry));
    return {};
}

void Neighbours::keep() {
    kept_ = roster_.definition();
    const auto done = bring_in_line();
    if (done) return alerts_.forget(kAlertKind, device_);
    alerts_.note(
        {kAlertKind, device_,
         "a blade is known by its address alone, not by its MAC too: " + done.error().message(),
         "bring " + device_ + " up; it is tried again every 10 s"},
        clock_.now());
}

Result<std::size_t> remove_neighbours() {
    DIM_TRY(const auto present, sys::permanent_neighbours());
    std::size_t count = 0;
    for (const sys::PermanentNeighbour& entry : present) {
        if (entry.owner != kNeighbourOwner) continue;
        DIM_CHECK(sys::remove_neighbour(entry.index, entry.address));
        ++count;
    }
    return count;
}

}  // namespace dim::server
