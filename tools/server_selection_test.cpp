#include "tools/sample_cluster.hpp"
#include "tools/server_selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::ElementsAre;

model::ComponentName name(std::string_view text) {
    return model::ComponentName::parse(text).value();
}

TEST(ServerSelection, OnlyImageServers) {
    const auto definition = sample::definition();
    EXPECT_FALSE(select_servers(definition, "s03"));
    EXPECT_EQ(select_servers(definition, "mm1").error().message(), "s01c1mm is no image server");
}

TEST(ServerSelection, AllOrARange) {
    const auto definition = sample::definition();
    EXPECT_THAT(*select_servers(definition, {}), ElementsAre(name("s01"), name("s02")));
    EXPECT_THAT(*select_servers(definition, "s2"), ElementsAre(name("s02")));
    EXPECT_THAT(*select_servers(definition, "all,-s02"), ElementsAre(name("s01")));
}

}  // namespace
}  // namespace dim::tool
