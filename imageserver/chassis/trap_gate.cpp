#include "imageserver/chassis/trap_gate.hpp"

#include <algorithm>
#include <utility>

namespace dim::server {

namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

struct Sender {
    const ChassisTarget* target = nullptr;
    const ModulePoint* module = nullptr;  ///< of TARGET: the one itself, or its partner
};

Sender sender_of(const std::vector<ChassisTarget>& targets, model::Ipv4Address from) {
    for (const ChassisTarget& target : targets) {
        if (target.module.settings.agent.address == from) return {&target, &target.module};
        if (target.partner && target.partner->settings.agent.address == from)
            return {&target, &*target.partner};
    }
    return {};
}

}  // namespace

bool TrapGate::has_token(const model::ComponentName& module, std::int64_t uptime_us) {
    Bucket& bucket = buckets_.try_emplace(module, Bucket{kBurst, uptime_us}).first->second;
    const std::int64_t seconds = std::max<std::int64_t>(uptime_us - bucket.since_us, 0) / kSecondUs;
    bucket.tokens = std::min(bucket.tokens + seconds, kBurst);
    bucket.since_us += seconds * kSecondUs;
    if (bucket.tokens == 0) return false;
    --bucket.tokens;
    return true;
}

Result<TrapGate::Passed> TrapGate::take(const std::vector<ChassisTarget>& targets,
                                        model::Ipv4Address from, std::string_view datagram,
                                        std::int64_t uptime_us) {
    const Sender sender = sender_of(targets, from);
    if (sender.target == nullptr)
        return fail(ErrorCode::permission_denied,
                    to_string(from) + " is no management module's address");
    const std::string name = to_string(sender.module->name);
    if (!has_token(sender.module->name, uptime_us))
        return fail(ErrorCode::limit_exceeded, name + " sends too many");
    DIM_TRY(const snmp::Trap trap, snmp::parse_trap(datagram));
    DIM_TRY(const auto credentials, read_(*sender.module));
    if (!is_from(trap, credentials))
        return fail(ErrorCode::permission_denied,
                    "one from " + name + " does not know the community of its credentials");
    DIM_TRY(auto event, bladecenter::read_event(trap));
    Passed passed{sender.target->module.name, std::move(event), std::nullopt};
    if (!passed.event.bay) return passed;
    const auto blade = sender.target->blades.find(passed.event.bay->number());
    if (blade != sender.target->blades.end()) passed.blade = blade->second;
    return passed;
}

}  // namespace dim::server
