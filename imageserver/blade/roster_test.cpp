#include "imageserver/blade/roster.hpp"
#include "imageserver/blade/sample_cluster.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(Roster, RefusesADefinitionWithoutThisServer) {
    cluster::Definition definition = samples::definition();
    definition.servers.clear();
    EXPECT_EQ(Roster::create(samples::server(), definition).error().code(), ErrorCode::not_found);
    Roster roster = samples::roster();
    EXPECT_FALSE(roster.replace(definition));
    EXPECT_EQ(roster.entries().size(), 2u) << "the old one is in force";
}

TEST(Roster, SaysWhatToDoAboutAStranger) {
    const Roster roster = samples::roster();
    const auto stranger = roster.find(*model::MacAddress::parse("52:54:00:ff:ff:ff"));
    ASSERT_FALSE(stranger);
    EXPECT_EQ(stranger.error().code(), ErrorCode::not_found);
    EXPECT_TRUE(stranger.error().cure().contains("dim cluster reload"));
    EXPECT_FALSE(roster.find(samples::server_address()));
    EXPECT_FALSE(roster.find(samples::server()));
}

TEST(Roster, FindsABladeByNameMacAndAddress) {
    const Roster roster = samples::roster();
    EXPECT_EQ(roster.find(samples::blade())->address, samples::blade_address());
    EXPECT_EQ(roster.find(samples::mac())->blade.name, samples::blade());
    EXPECT_EQ(roster.find(samples::other_address())->blade.name, samples::other_blade());
}

TEST(Roster, LeavesOutBladesOfOtherServers) {
    cluster::Definition definition = samples::definition();
    definition.servers.push_back(definition.servers.front());
    definition.servers.back().name = *model::ComponentName::parse("is02");
    definition.blades.back().server = definition.servers.back().name;
    Roster roster = samples::roster();
    ASSERT_TRUE(roster.replace(definition));
    EXPECT_EQ(roster.entries().size(), 1u);
    EXPECT_FALSE(roster.find(samples::other_blade()));
}

TEST(Roster, TellsThePlatformsOfItsOwnBlades) {
    cluster::Definition definition = samples::definition();
    const auto row = [](const char* name) {
        return model::PlatformRow{.name = *model::ComponentName::parse(name),
                                  .like = model::BladeType::js20};
    };
    definition.platforms = {row("dark"), row("epyc"), row("quiet")};
    definition.servers.push_back(definition.servers.front());
    definition.servers.back().name = *model::ComponentName::parse("is02");
    definition.blades.front().platform = row("quiet").name;
    definition.blades.back().platform = row("dark").name;
    definition.blades.back().server = definition.servers.back().name;
    Roster roster = samples::roster();
    EXPECT_TRUE(roster.platforms().empty());
    ASSERT_TRUE(roster.replace(definition));
    EXPECT_EQ(roster.platforms(), std::vector{row("quiet")});
    const auto image = *model::ImageName::parse("granite");
    EXPECT_TRUE(roster.platforms_with(image, {}).empty());
    EXPECT_TRUE(roster.platforms_with(image, {{samples::other_blade(), image}}).empty());
    const std::map assigned{std::pair(samples::blade(), image)};
    EXPECT_EQ(roster.platforms_with(image, assigned), std::vector{row("quiet")});
    EXPECT_TRUE(roster.platforms_with(*model::ImageName::parse("slate"), assigned).empty());
}

}  // namespace
}  // namespace dim::server
