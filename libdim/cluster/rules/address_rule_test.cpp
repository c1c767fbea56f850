#include "libdim/cluster/rules/address_rule.hpp"

#include <array>

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

const std::vector<std::string> kCoordinates{"server", "chassis", "blade", "number"};
using Values = std::array<std::optional<std::int64_t>, 4>;
constexpr Values kValues{43, 4, 12, 2406};

template <class Rule>
std::string evaluated(std::string_view text, const Values& values = kValues) {
    const auto rule = Rule::parse(text, kCoordinates);
    if (!rule) return "refused: " + to_string(rule.error());
    const auto address = rule->evaluate(values);
    return address ? to_string(*address) : "failed: " + to_string(address.error());
}

template <class Rule>
bool is_refused(std::string_view text) {
    return !Rule::parse(text, kCoordinates);
}

TEST(AddressRule, RefusesOtherForms) {
    for (const char* text : {"",
                             "10.{server}.1",
                             "10.{server}.1.2.3",
                             "10.{server.1.2",
                             "10.server}.1.2",
                             "10.{{server}}.1.2",
                             "10.1{server}.1.2",
                             "10.{server}{blade}.1.2",
                             "10.{server}.256.1",
                             "10.{server}.01.1",
                             "10.{server}.-1.1",
                             "10.{}.1.1",
                             "10.{server}..1",
                             "10.{rack}.1.1",
                             "{server}",
                             "10.{server}.1.1/16",
                             "10.1.1.256",
                             "10.{1/0}.1.1",
                             "10.{300}.1.1",
                             "10.{server}.1.1 "}) {
        EXPECT_TRUE(is_refused<Ipv4Rule>(text)) << text;
    }
    for (const char* text :
         {"fd00:{server}", "fd00::{server}::1", ":{server}::1", "fd00:{server}:::1",
          "{server}:", ":{server}:1:2:3:4:5:6", "1:2:3:4:5:6:7:8:{server}",
          "1:2:3:4::5:6:7:{server}", "fd00::{server}:12345", "fd00::{server}:g",
          "fd00::{server}/64", "::{server}::", ":::{server}"}) {
        EXPECT_TRUE(is_refused<Ipv6Rule>(text)) << text;
    }
    for (const char* text :
         {"02:00:00:00:{server}", "02:00:0:00:00:{server}", "02-00-00-00-00-{server}",
          "02:00:00:00:00:00:{server}", "03:00:00:00:00:01", "02::{server}"}) {
        EXPECT_TRUE(is_refused<MacRule>(text)) << text;
    }
    for (const char* text : {"10.{server}.0.0", "10.{server}.0.0/", "10.{server}.0.0/31",
                             "10.{server}.0.0/{server}", "10.{server}.0.0/16/16", "10.1.2.3/16"}) {
        EXPECT_TRUE(is_refused<Ipv4NetworkRule>(text)) << text;
    }
    EXPECT_TRUE(is_refused<Ipv6NetworkRule>("fd00:{server}::/127"));
    const std::string huge = "10.1.1.{1" + std::string(Ipv4Rule::kLengthLimit, ' ') + '}';
    EXPECT_EQ(Ipv4Rule::parse(huge, kCoordinates).error().code(), ErrorCode::limit_exceeded);
}

TEST(AddressRule, NamesThePartAndItsValue) {
    EXPECT_EQ(
        evaluated<Ipv4Rule>("10.{server}.{chassis}.{blade+250}"),
        "failed: address '10.{server}.{chassis}.{blade+250}': {blade+250} is 262, which is not "
        "from 0 to 255");
    EXPECT_EQ(evaluated<Ipv4Rule>("10.1.1.{blade-13}"),
              "failed: address '10.1.1.{blade-13}': {blade-13} is -1, which is not from 0 to 255");
    EXPECT_EQ(evaluated<Ipv4Rule>("10.{server}.{chassis}.1", {43, {}, {}, 43}),
              "failed: address '10.{server}.{chassis}.1': {chassis}: 'chassis' means nothing here");
    EXPECT_EQ(
        evaluated<Ipv6Rule>("fd00::{number*100}"),
        "failed: address 'fd00::{number*100}': {number*100} is 240600, which is not from 0 to "
        "65535");
    EXPECT_EQ(evaluated<Ipv4NetworkRule>("10.0.{server}.0/16"),
              "failed: address '10.0.{server}.0/16': network 10.0.43.0/16 has host bits set (write "
              "10.0.0.0/16)");
    EXPECT_EQ(
        evaluated<MacRule>("{server}:00:00:00:00:00"),
        "failed: address '{server}:00:00:00:00:00': 2b:00:00:00:00:00 is not the address of one "
        "network port");
    EXPECT_EQ(
        evaluated<Ipv4Rule>("10.{servr}.1.1"),
        "refused: address '10.{servr}.1.1': expression 'servr': there is no 'servr' (there are "
        "server, chassis, blade, number)");
}

TEST(AddressRule, Evaluates) {
    EXPECT_EQ(evaluated<Ipv4Rule>("10.{server}.{chassis}.{blade+10}"), "10.43.4.22");
    EXPECT_EQ(evaluated<Ipv4Rule>("172.16.{number/250}.{number%250+1}"), "172.16.9.157");
    EXPECT_EQ(evaluated<Ipv4Rule>("10.1.2.3"), "10.1.2.3");
    EXPECT_EQ(evaluated<Ipv4NetworkRule>("10.{server}.0.0/16"), "10.43.0.0/16");
    EXPECT_EQ(evaluated<Ipv4NetworkRule>("10.{server/2}.0.0/16"), "10.21.0.0/16");
    EXPECT_EQ(evaluated<Ipv4NetworkRule>("10.200.0.0/16"), "10.200.0.0/16");
    EXPECT_EQ(evaluated<MacRule>("02:00:00:{server}:{chassis}:{blade}"), "02:00:00:2b:04:0c");
    EXPECT_EQ(evaluated<MacRule>("00-0D-60-1e-ca-00"), "00:0d:60:1e:ca:00");
}

TEST(AddressRule, EvaluatesIpv6) {
    EXPECT_EQ(evaluated<Ipv6Rule>("fd00:{server}::{chassis}:{blade}"), "fd00:2b::4:c");
    EXPECT_EQ(evaluated<Ipv6Rule>("::{blade}"), "::c");
    EXPECT_EQ(evaluated<Ipv6Rule>("fd00:{blade}::"), "fd00:c::");
    EXPECT_EQ(evaluated<Ipv6Rule>("1:2:3:4:5:6:7:{blade}"), "1:2:3:4:5:6:7:c");
    EXPECT_EQ(evaluated<Ipv6Rule>("1:2:3::5:6:7:{blade}"), "1:2:3:0:5:6:7:c");
    EXPECT_EQ(evaluated<Ipv6Rule>("fd00::ABCD"), "fd00::abcd");
    EXPECT_EQ(evaluated<Ipv6Rule>("::ffff:10.1.1.1"), "::ffff:a01:101");
    EXPECT_EQ(evaluated<Ipv6NetworkRule>("fd00:{server}::/64"), "fd00:2b::/64");
    EXPECT_EQ(evaluated<Ipv6NetworkRule>("::/16"), "::/16");
}

TEST(AddressRule, KnowsWhetherItIsConstant) {
    EXPECT_TRUE(Ipv4Rule::parse("10.1.2.3", kCoordinates)->is_constant());
    EXPECT_TRUE(Ipv4Rule::parse("10.1.2.{1+2}", kCoordinates)->is_constant());
    EXPECT_FALSE(Ipv4Rule::parse("10.1.2.{blade}", kCoordinates)->is_constant());
    EXPECT_EQ(Ipv4Rule::parse("10.1.2.{ blade }", kCoordinates)->text(), "10.1.2.{ blade }");
}

}  // namespace
}  // namespace dim::cluster
