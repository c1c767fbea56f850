#include "imageserver/service/configuration_record.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(ConfigurationRecord, RefusesDamage) {
    const std::string good = to_json({.arguments = {"/usr/sbin/dhcpd"},
                                      .files = {{.path = "/a", .bytes = "b", .mode = 0600}}})
                                 .value();
    for (std::size_t size = 0; size + 2 < good.size(); ++size)
        EXPECT_FALSE(parse_configuration_record(std::string_view(good).substr(0, size))) << size;
    for (const std::string_view text :
         {"[]", R"({"arguments":[1],"files":[],"is_loaded":true})",
          R"({"arguments":[],"files":[1],"is_loaded":true})",
          R"({"arguments":[],"files":[{"path":"/a","bytes":"","mode":4096}],"is_loaded":true})",
          R"({"arguments":[],"files":[{"path":"/a","bytes":"","mode":-1}],"is_loaded":true})",
          R"({"arguments":[],"files":[]})"})
        EXPECT_FALSE(parse_configuration_record(text)) << text;
    EXPECT_FALSE(
        to_json({.arguments = {}, .files = {{.path = "/a", .bytes = "\xff", .mode = 0600}}}));
}

TEST(ConfigurationRecord, ReadsWhatItWrites) {
    const ConfigurationRecord record{
        .arguments = {"/usr/sbin/dhcpd", "-4"},
        .files = {{.path = "/a", .bytes = "\"one\"\n\ttwo", .mode = 0600},
                  {.path = "/b", .bytes = ""}},
        .is_loaded = false};
    EXPECT_EQ(parse_configuration_record(to_json(record).value()).value(), record);
}

}  // namespace
}  // namespace dim::server
