#include "tools/commands/commands.hpp"

#include <iostream>

namespace dim::tool {

namespace {

std::string state_text(const api::Firewall& firewall) {
    if (firewall.cause) return "Not in force: " + *firewall.cause;
    if (firewall.is_in_force) return "In force, and again at every start.";
    return "Not in force: 'dim firewall apply' brings it into force.";
}

}  // namespace

Action firewall_show(CLI::App&) {
    return [](Context& context) -> Outcome<> {
        DIM_TRY(const auto firewall, context.client.get<api::Firewall>("/v1/firewall"));
        if (context.json) {
            std::cout << to_json(firewall) << '\n';
            return {};
        }
        std::cout << firewall.rules << std::flush;
        std::cerr << state_text(firewall) << '\n';
        return {};
    };
}

}  // namespace dim::tool
