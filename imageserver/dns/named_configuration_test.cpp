#include "imageserver/dns/named_configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;

Result<std::string> render(const std::string& zone, const std::string& path) {
    const ZoneFile file{zone, path};
    return render_named_configuration(model::Ipv4Address::parse("10.1.0.1").value(), 53, "/state",
                                      17, std::span(&file, 1));
}

TEST(NamedConfiguration, RefusesWhatQuotesCannotHold) {
    EXPECT_FALSE(render("a\"b", "/state/a"));
    EXPECT_FALSE(render("a", "/state/a\\"));
    EXPECT_FALSE(render("a", "/state/\n"));
}

TEST(NamedConfiguration, OtherTextsHaveNoSerial) {
    EXPECT_EQ(zone_serial(""), std::nullopt);
    EXPECT_EQ(zone_serial("// Serial x\n"), std::nullopt);
    EXPECT_EQ(zone_serial("// Serial 4294967296\n"), std::nullopt);
    EXPECT_EQ(zone_serial("options {};\n// Serial 1\n"), std::nullopt);
}

TEST(NamedConfiguration, ServesZonesOnOneAddress) {
    const std::string text = render("demo.cluster", "/state/demo.cluster.17.zone").value();
    EXPECT_THAT(text, HasSubstr("  listen-on port 53 { 10.1.0.1; };\n  listen-on-v6 { none; };"));
    EXPECT_THAT(text, HasSubstr("\nzone \"demo.cluster\" { type primary; file "
                                "\"/state/demo.cluster.17.zone\"; };\n"));
    EXPECT_EQ(zone_serial(text), 17U);
}

}  // namespace
}  // namespace dim::server
