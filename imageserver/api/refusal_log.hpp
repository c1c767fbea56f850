#pragma once

#include "imageserver/blade/alert_log.hpp"
#include "imageserver/blade/blade_log.hpp"
#include "imageserver/blade/roster.hpp"
#include "libdim/http/server.hpp"
#include "libdim/model/timestamp.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace dim::server {

/// Where whatever was refused becomes visible: as an alert, and in the story of the blade whose
/// address it came from, there at most once in kRefusalInterval. Called on one thread.
class RefusalLog {
public:
    using Clock = std::function<model::Timestamp()>;

    /// The references outlive this.
    RefusalLog(AlertLog& alerts, BladeLog& blades, const Roster& roster, Clock clock)
        : alerts_(alerts), blades_(blades), roster_(roster), clock_(std::move(clock)) {}

    /// What the HTTP server refused.
    void note(const http::Peer& peer, http::Refusal refusal, std::string_view text);
    /// What an agent's request was refused for. KIND: see api::Alert.
    void note_agent(const http::Peer& peer, std::string_view kind, const Error& reason);
    /// A MAC that asked dhcpd and is in no blade's entry.
    void note_unknown_mac(const model::MacAddress& mac);

private:
    bool is_due(const model::ComponentName& blade, std::string_view kind, model::Timestamp now);

    AlertLog& alerts_;
    BladeLog& blades_;
    const Roster& roster_;
    Clock clock_;
    std::map<std::pair<model::ComponentName, std::string>, model::Timestamp> told_;
};

/// What a refused TLS handshake means, from the words of the TLS library.
Error explain_tls_refusal(std::string_view text);

}  // namespace dim::server
