#include "libdim/cluster/rules/address_rule.hpp"
#include "libdim/cluster/rules/name_rule.hpp"
#include "libdim/testing/fuzz.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

dim::testing::Goal
    evaluated_again("what a rule with a variable gives, as a rule that gives the same");
dim::testing::Goal named_again("a name of a rule with a variable");

/// What a rule gives, written, is a rule that gives the same.
template <class Rule>
void try_rule(std::string_view text) {
    static const std::array<std::string, 2> names{"server", "blade"};
    static const std::array<std::optional<std::int64_t>, 2> values{43, 14};
    const auto rule = Rule::parse(text, names);
    if (!rule) return;
    if (rule->text() != text) std::abort();
    const auto address = rule->evaluate(values);
    if (!address) {
        if (address.error().message().empty()) std::abort();
        return;
    }
    const auto again = Rule::parse(to_string(*address), {});
    if (!again || !again->is_constant() || again->evaluate({}) != *address) std::abort();
    if (!rule->is_constant()) evaluated_again.reach();
}

void try_name(std::string_view text) {
    static const std::array<std::string, 2> names{"server", "blade"};
    static const std::array<std::optional<std::int64_t>, 2> values{43, 14};
    const auto rule = dim::cluster::NameRule::parse(text, names);
    if (!rule) return;
    const auto name = rule->evaluate(values);
    if (!name || name->empty()) return;
    const auto again = dim::cluster::NameRule::parse(*name, {});
    if (again && again->evaluate({}) != *name) std::abort();
    if (text.contains('{')) named_again.reach();
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"ipv4", "10.{server}.1.{blade+10}"},
            {"ipv4-network", "10.{server}.0.0/16"},
            {"ipv6", "fd00:{server}::{blade+1}"},
            {"ipv6-network", "fd00:{server}::/64"},
            {"mac", "52:54:00:01:{server}:{blade}"},
            {"name", "s{server}b{blade}"},
            {"constant", "10.1.0.1"}};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try_rule<dim::cluster::Ipv4Rule>(text);
    try_rule<dim::cluster::Ipv4NetworkRule>(text);
    try_rule<dim::cluster::Ipv6Rule>(text);
    try_rule<dim::cluster::Ipv6NetworkRule>(text);
    try_rule<dim::cluster::MacRule>(text);
    try_name(text);
    return 0;
}
