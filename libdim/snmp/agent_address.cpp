#include "libdim/snmp/agent_address.hpp"

#include "libdim/base/parse_number.hpp"

namespace dim::snmp {

Result<AgentAddress> AgentAddress::parse(std::string_view text) {
    const std::size_t colon = text.find(':');
    DIM_TRY(const auto address, model::Ipv4Address::parse(text.substr(0, colon)));
    if (colon == std::string_view::npos) return AgentAddress{.address = address};
    auto port = parse_number<std::uint16_t>(text.substr(colon + 1), 1);
    if (!port) return fail(std::move(port).error().with_context("port"));
    return AgentAddress{address, *port};
}

std::string to_string(const AgentAddress& agent) {
    return to_string(agent.address) + ':' + std::to_string(agent.port);
}

}  // namespace dim::snmp
