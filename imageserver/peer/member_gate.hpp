#pragma once

#include "imageserver/peer/membership.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

namespace dim::server {

/// Through a Unix socket of the management node an administrator's program speaks to a member as to
/// the daemon here: it sends the member's name and a line feed, and gets "ok" and a line feed; all
/// bytes from then on go to the member and back. Instead of "ok" comes an api::Problem.
class MemberGate {
public:
    /// The references outlive this. STOP ends what is carried once it can be read.
    MemberGate(Membership& membership, const sys::Fd& stop)
        : membership_(membership), stop_(stop) {}

    /// One connection, which does not block, from its first byte to its last. Blocks; any number of
    /// threads may call.
    void serve(const sys::Fd& local);

private:
    Result<PeerConnection> connect(const sys::Fd& local);

    Membership& membership_;
    const sys::Fd& stop_;
};

}  // namespace dim::server
