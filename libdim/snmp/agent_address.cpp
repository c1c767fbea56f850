#include "libdim/snmp/agent_address.hpp"

#include "libdim/model/ipv4_endpoint.hpp"

namespace dim::snmp {

Result<AgentAddress> AgentAddress::parse(std::string_view text) {
    DIM_TRY(const auto endpoint, model::Ipv4Endpoint::parse(text, kStandardPort));
    return AgentAddress{endpoint.address, endpoint.port};
}

std::string to_string(const AgentAddress& agent) {
    return to_string(model::Ipv4Endpoint{agent.address, agent.port});
}

}  // namespace dim::snmp
