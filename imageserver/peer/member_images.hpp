#pragma once

#include "imageserver/peer/membership.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/api/push_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/http/client.hpp"
#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// The images of a member: what it has, and what is brought to it. Blocks; not for the event loop.
class MemberImages {
public:
    struct Patience {
        int attempts = 5;  ///< to connect, or to go on where it was cut off, one after the other
        std::chrono::milliseconds pause{1000};  ///< before the second; doubled each time
    };
    /// MEMBERSHIP outlives this.
    MemberImages(Membership& membership, model::ComponentName server)
        : MemberImages(membership, std::move(server), Patience()) {}
    MemberImages(Membership& membership, model::ComponentName server, Patience patience)
        : membership_(membership), server_(std::move(server)), patience_(patience) {}

    /// The generations that it has of IMAGE, ascending; none when it does not have the image.
    /// Errors: those of Membership::connect(); what the member says.
    Result<std::vector<api::ImageGeneration>> generations(const model::ImageName& image) const;

    /// Hears of an answer that is being waited for, and of bytes that are being sent; whether to go
    /// on.
    using Told =
        std::function<bool(std::string_view text, std::uint64_t step, std::uint64_t steps)>;
    struct Listener {
        Told told;
        /// Waits so long, or until there is no reason to; whether to go on.
        std::function<bool(std::chrono::milliseconds time)> pause;
    };
    /// Has it make TARGET, which OFFER describes, of CHANGESET, a file, of which it is sent what it
    /// does not have. A connection that breaks is made again. Errors: as generations();
    /// unavailable when LISTENER said so; limit_exceeded when it takes hours.
    Result<void> bring(const api::OfferGeneration& offer, const api::ImageGeneration& target,
                       const sys::Fd& changeset, const Listener& listener) const;
    /// Of the same content, as far as is known.
    static bool is_same(const api::ImageGeneration& one, const api::ImageGeneration& other) {
        return !one.shared_digest.empty() && one.shared_digest == other.shared_digest &&
               one.golden_digest == other.golden_digest;
    }

private:
    struct Connection;
    Result<Connection> connect() const;
    Result<void> send(Connection& connection, const api::OfferGeneration& offer,
                      const sys::Fd& changeset, const Told& told, std::uint64_t& sent) const;
    Result<void> make(Connection& connection, const api::OfferGeneration& offer,
                      const Told& told) const;

    Membership& membership_;
    model::ComponentName server_;
    Patience patience_;
};

}  // namespace dim::server
