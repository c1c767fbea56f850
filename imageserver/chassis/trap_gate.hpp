#pragma once

#include "imageserver/chassis/chassis_target.hpp"
#include "libdim/bladecenter/module_event.hpp"
#include "libdim/model/ipv4.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace dim::server {

/// Which traps are believed: those from a module's address, with its community, and not too many of
/// one. One thread.
class TrapGate {
public:
    /// So many of one module at once, and then one a second: of those that name its address, so
    /// that nobody makes us read credentials without end.
    static constexpr std::int64_t kBurst = 32;

    using ReadCredentials = std::function<Result<snmp::Credentials>(const ModulePoint&)>;
    explicit TrapGate(ReadCredentials read) : read_(std::move(read)) {}

    struct Passed {
        model::ComponentName module;  ///< the target's
        bladecenter::ModuleEvent event;
        std::optional<model::ComponentName> blade;
    };
    /// Errors: permission_denied for whoever is no module of TARGETS or does not know its
    /// community, limit_exceeded for too many, those of parse_trap and read_event.
    Result<Passed> take(const std::vector<ChassisTarget>& targets, model::Ipv4Address from,
                        std::string_view datagram, std::int64_t uptime_us);

private:
    struct Bucket {
        std::int64_t tokens = kBurst;
        std::int64_t since_us = 0;
    };
    bool has_token(const model::ComponentName& module, std::int64_t uptime_us);

    ReadCredentials read_;
    std::map<model::ComponentName, Bucket> buckets_;  ///< as many as modules were ever named
};

}  // namespace dim::server
