#pragma once

#include "libdim/sys/event_fds.hpp"
#include "libdim/sys/netlink.hpp"

namespace dim::agent {

/// Tells when a device or a network interface appears, goes or changes its state.
class HardwareEvents {
public:
    static Result<HardwareEvents> listen() {
        HardwareEvents events;
        DIM_TRY(events.links_, sys::link_events());
        DIM_TRY(events.devices_, sys::device_events());
        DIM_TRY(events.any_, sys::epoll());
        DIM_CHECK(sys::epoll_add_readable(events.any_, events.links_));
        DIM_CHECK(sys::epoll_add_readable(events.any_, events.devices_));
        return events;
    }

    /// Readable when something has happened since forget().
    const sys::Fd& fd() const { return any_; }
    void forget() const {
        sys::discard_events(links_);
        sys::discard_events(devices_);
    }

private:
    sys::Fd links_, devices_, any_;
};

}  // namespace dim::agent
