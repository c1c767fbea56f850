#include "libdim/model/ipv4_endpoint.hpp"

#include "libdim/base/parse_number.hpp"

namespace dim::model {

Result<Ipv4Endpoint> Ipv4Endpoint::parse(std::string_view text, std::uint16_t standard_port) {
    const std::size_t colon = text.find(':');
    DIM_TRY(const auto address, Ipv4Address::parse(text.substr(0, colon)));
    if (colon == std::string_view::npos)
        return Ipv4Endpoint{.address = address, .port = standard_port};
    auto port = parse_number<std::uint16_t>(text.substr(colon + 1), 1);
    if (!port) return fail(std::move(port).error().with_context("port"));
    return Ipv4Endpoint{.address = address, .port = *port};
}

std::string to_string(const Ipv4Endpoint& endpoint) {
    return to_string(endpoint.address) + ':' + std::to_string(endpoint.port);
}

}  // namespace dim::model
