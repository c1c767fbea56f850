#include "imageserver/blade/refusals.hpp"

#include "imageserver/boot/boot_limits.hpp"

#include <chrono>

namespace dim::server {

namespace {

std::string_view kind_of(http::Refusal refusal) {
    switch (refusal) {
        case http::Refusal::tls_failed: return "tls";
        case http::Refusal::malformed: return "malformed";
        case http::Refusal::too_long: return "too-long";
        case http::Refusal::too_slow: return "slow";
        case http::Refusal::too_many_connections: return "too-many";
        case http::Refusal::broken_off: return "broken-off";
        case http::Refusal::handler_failed: return "internal";
        case http::Refusal::unknown_address: return "unknown-address";
    }
    return "internal";
}

/// How the story of a blade begins to tell it.
std::string_view deed_of(http::Refusal refusal) {
    switch (refusal) {
        case http::Refusal::malformed:
        case http::Refusal::too_long:
        case http::Refusal::handler_failed: return "refused a request of it: ";
        case http::Refusal::tls_failed:
        case http::Refusal::too_slow:
        case http::Refusal::too_many_connections:
        case http::Refusal::broken_off:
        case http::Refusal::unknown_address: return "dropped a connection of it: ";
    }
    return "refused a request of it: ";
}

Error explain_refusal(http::Refusal refusal, std::string_view text) {
    if (refusal == http::Refusal::tls_failed) return explain_tls_refusal(text);
    Error reason(ErrorCode::invalid_input, std::string(text));
    if (refusal != http::Refusal::unknown_address) return reason;
    return Error(ErrorCode::permission_denied,
                 "no blade of this server has the address that the connection came from")
        .with_cure("see who uses the address; if it is a blade, add it to the cluster definition, "
                   "then 'dim cluster reload'");
}

}  // namespace

Error explain_tls_refusal(std::string_view text) {
    if (text.contains("unknown CA")) {
        return Error(
                   ErrorCode::permission_denied,
                   "the blade refused our certificate: its boot file carries another cluster's CA")
            .with_cure("dim buildzimage IMAGE, then power the blade off and on");
    }
    if (text.contains("our certificate")) {
        return Error(ErrorCode::permission_denied,
                     "the blade refused our certificate: " + std::string(text))
            .with_cure("check the server's clock and name; then dim buildzimage IMAGE, and power "
                       "the blade off and on");
    }
    return {ErrorCode::invalid_input, std::string(text)};
}

bool Refusals::is_due(const model::ComponentName& blade, std::string_view kind, Moment now) {
    const std::lock_guard lock(told_mutex_);
    // Bounded by the blades of the roster times the kinds there are.
    const auto [found, is_new] = told_.try_emplace({blade, std::string(kind)}, now);
    const std::chrono::microseconds age(now.uptime_us - found->second.uptime_us);
    if (!is_new && age < kRefusalInterval) return false;
    found->second = now;
    return true;
}

void Refusals::note(const http::Peer& peer, http::Refusal refusal, std::string_view text) {
    const std::string_view kind = kind_of(refusal);
    const bool is_tls = refusal == http::Refusal::tls_failed;
    const Error reason = explain_refusal(refusal, text);
    const Moment now = clock_.now();
    // The administrator's own tools tell their user themselves.
    if (peer.is_local() && refusal != http::Refusal::handler_failed) return;
    // A local peer has address 0, which is nobody's.
    const auto blade = roster_.find(model::Ipv4Address(peer.address));
    alerts_.note({std::string(kind), to_string(peer), reason.message(), reason.cure()}, now);
    if (!blade || !is_due(blade->blade.name, kind, now)) return;
    if (is_tls) {
        (void)blades_.record_refusal(blade->blade.name, model::BootStage::tls, reason, now);
    } else {
        (void)blades_.note({&blade->blade.name, 1},
                           {now,
                            "imageserver",
                            std::nullopt,
                            std::string(deed_of(refusal)) + reason.message(),
                            {}});
    }
}

void Refusals::note_agent(const http::Peer& peer, std::string_view kind, const Error& reason) {
    const Moment now = clock_.now();
    alerts_.note({std::string(kind), to_string(peer), reason.message(), reason.cure()}, now);
    const auto blade = roster_.find(model::Ipv4Address(peer.address));
    if (!blade || !is_due(blade->blade.name, kind, now)) return;
    (void)blades_.note(
        {&blade->blade.name, 1},
        {now, "imageserver", std::nullopt, "refused a request of it: " + reason.message(), {}});
}

void Refusals::note_load(model::Ipv4Address address, const FirmwareLoad& load) {
    const Moment now = clock_.now();
    const auto blade = roster_.find(address);
    if (!blade) return;
    // What is not there has any name: of those one is told.
    const bool is_refused = load.step == FirmwareLoad::Step::is_refused;
    const std::string kind =
        "load " + std::to_string(static_cast<int>(load.step)) +
        (is_refused ? std::string() : load.file.substr(load.file.rfind('/') + 1));
    if (!is_due(blade->blade.name, kind, now)) return;
    (void)blades_.record_load(blade->blade.name, load, now);
}

void Refusals::note_unknown_mac(const model::MacAddress& mac, std::uint32_t times) {
    alerts_.note({kUnknownMacKind, to_string(mac),
                  "asked dhcpd for an address; no blade of the cluster definition has this MAC",
                  "'dim blade learn BLADE " + to_string(mac) +
                      "' gives it to a blade, 'dim blade discover' asks the chassis which; or add "
                      "the blade to the cluster definition, then 'dim cluster reload'",
                  times},
                 clock_.now());
}

void Refusals::note_lost_log_position(const std::string& log_file, const Error& reason) {
    alerts_.note({"dhcp-log", log_file,
                  "how far it was read is not known any more (" + reason.message() +
                      "): it is followed from its end, so what it told while no imageserver ran is "
                      "in no blade's story",
                  "nothing is to be done for it; but see whether the database's disk is sound"},
                 clock_.now());
}

}  // namespace dim::server
