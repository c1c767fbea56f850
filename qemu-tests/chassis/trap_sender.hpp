#pragma once

#include "qemu-tests/chassis/event_log.hpp"

#include <string>
#include <utility>
#include <vector>

namespace dim::chassis {

/// Sends traps of version 1 with the vendor's enterprise, as a real module does: unconfirmed.
class TrapSender {
public:
    /// From the module's address SOURCE to RECEIVERS ("127.0.0.1:162").
    TrapSender(std::string source, std::vector<std::string> receivers, std::string community)
        : source_(std::move(source)),
          receivers_(std::move(receivers)),
          community_(std::move(community)) {}
    void send(const ChassisEvent& event) const;

private:
    std::string source_;
    std::vector<std::string> receivers_;
    std::string community_;
};

}  // namespace dim::chassis
