#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/rules/expression.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/ipv6.hpp"
#include "libdim/model/mac_address.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::cluster {

/// An address of which some parts are computed: "10.{server}.{chassis}.{blade+10}",
/// "fd00:{server}::{chassis}:{blade}", "02:00:00:{server}:{chassis}:{blade}". A part is either a
/// literal or one expression in braces; the value of an expression is a number from 0 to what the
/// part can hold (255 in IPv4 and MAC, 65535 in IPv6, where it is written in hexadecimal: {blade}
/// of blade 10 gives "a"). A network rule ends in "/" and a literal prefix length.
///
/// ADDRESS is one of the five below, which are all there are.
template <class Address>
class AddressRule {
public:
    static constexpr std::size_t kLengthLimit = 1000;  ///< bytes

    /// VARIABLES: see Expression::parse. Errors: invalid_input naming the part; an address that is
    /// wholly literal is checked at once.
    static Result<AddressRule> parse(std::string_view text, std::span<const std::string> variables);

    /// Errors: invalid_input, naming the rule, the part and its value ("{blade+250} is 264").
    Result<Address> evaluate(VariableValues values) const;

    /// As it was written.
    const std::string& text() const { return text_; }
    /// True when it gives the same address to everybody.
    bool is_constant() const;
    bool operator==(const AddressRule&) const = default;

private:
    struct Part {
        std::string text;
        Expression value;
        bool operator==(const Part&) const = default;
    };
    static Result<std::vector<Part>> parse_parts(std::string_view text,
                                                 std::span<const std::string> variables);

    std::string text_;
    std::vector<Part> parts_;  ///< with "::" filled up
    int prefix_length_ = -1;   ///< of a network
};

using Ipv4Rule = AddressRule<model::Ipv4Address>;
using Ipv4NetworkRule = AddressRule<model::Ipv4Network>;
using Ipv6Rule = AddressRule<model::Ipv6Address>;
using Ipv6NetworkRule = AddressRule<model::Ipv6Network>;
using MacRule = AddressRule<model::MacAddress>;

extern template class AddressRule<model::Ipv4Address>;
extern template class AddressRule<model::Ipv4Network>;
extern template class AddressRule<model::Ipv6Address>;
extern template class AddressRule<model::Ipv6Network>;
extern template class AddressRule<model::MacAddress>;

}  // namespace dim::cluster
