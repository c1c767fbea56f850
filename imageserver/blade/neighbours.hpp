#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/state/wall_clock.hpp"
#include "libdim/sys/netlink.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dim::server {

/// Marks the entries of the kernel's table of neighbours that are ours (`ip neigh`: "proto 68").
inline constexpr std::uint8_t kNeighbourOwner = 'D';

/// What brings the table in line with a roster.
struct NeighbourChanges {
    std::vector<sys::PermanentNeighbour> set;
    std::vector<sys::PermanentNeighbour> removed;
};
/// INTERFACE is where the blades are. An entry of somebody else's goes only when it gives a blade's
/// address another MAC.
NeighbourChanges neighbour_changes(std::span<const RosterEntry> blades, int interface,
                                   std::span<const sys::PermanentNeighbour> present);

/// Keeps address and MAC of every blade as permanent entries of the bootnet interface: what the
/// server sends to a blade's address goes to that blade, whoever else claims the address by ARP.
/// Without it an address alone would do to be a blade. One thread calls; calls take moments.
class Neighbours {
public:
    /// DEVICE is the bootnet's interface. The references outlive this.
    Neighbours(std::string device, const Roster& roster, Alerts& alerts, const WallClock& clock)
        : device_(std::move(device)), roster_(roster), alerts_(alerts), clock_(clock) {}

    /// Whether another roster is in force than when the table was kept last.
    bool is_outdated() const { return roster_.definition() != kept_; }
    /// Brings the table in line with the roster. What hinders it is an alert until it succeeds.
    void keep();

private:
    Result<void> bring_in_line();

    std::string device_;
    const Roster& roster_;
    Alerts& alerts_;
    const WallClock& clock_;
    std::shared_ptr<const cluster::Definition> kept_;
};

/// Removes every entry of ours. Returns how many there were.
Result<std::size_t> remove_neighbours();

}  // namespace dim::server
