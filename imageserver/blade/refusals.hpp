#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/state/wall_clock.hpp"
#include "libdim/http/server.hpp"
#include "libdim/model/timestamp.hpp"

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace dim::server {

/// Of the alert about a MAC that asked and is no blade's.
inline constexpr const char* kUnknownMacKind = "unknown-mac";

/// Where whatever was refused, or loaded, becomes visible: as an alert, and in the story of the
/// blade whose address it came from, there at most once in kRefusalInterval. Any thread may call;
/// calls write to the database.
class Refusals {
public:
    /// The references outlive this.
    Refusals(Alerts& alerts, BootJournal& blades, const Roster& roster, const WallClock& clock)
        : alerts_(alerts), blades_(blades), roster_(roster), clock_(clock) {}

    /// What the HTTP server refused.
    void note(const http::Peer& peer, http::Refusal refusal, std::string_view text);
    /// What an agent's request was refused for. KIND: see api::Alert.
    void note_agent(const http::Peer& peer, std::string_view kind, const Error& reason);
    /// A file that a firmware loads, or would: in the story of the blade at ADDRESS, each at most
    /// once in kRefusalInterval; of nobody else's.
    void note_load(model::Ipv4Address address, const FirmwareLoad& load);
    /// A MAC that asked the DHCP server, TIMES times, and is in no blade's entry.
    void note_unknown_mac(const model::MacAddress& mac, std::uint32_t times);
    /// The DHCP server's log is followed from its end, since the database does not say how far it
    /// has been read.
    void note_lost_log_position(const std::string& log_file, const Error& reason);

private:
    bool is_due(const model::ComponentName& blade, std::string_view kind, Moment now);

    Alerts& alerts_;
    BootJournal& blades_;
    const Roster& roster_;
    const WallClock& clock_;
    std::mutex told_mutex_;
    std::map<std::pair<model::ComponentName, std::string>, Moment> told_;
};

/// What a refused TLS handshake means, from the words of the TLS library.
Error explain_tls_refusal(std::string_view text);

}  // namespace dim::server
