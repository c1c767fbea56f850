#include "tools/output/blade_groups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

api::BladeStatus make_blade(const std::string& name, model::BladeState state,
                            const std::string& image) {
    return {.name = *model::ComponentName::parse(name),
            .type = model::BladeType::js20,
            .address = *model::Ipv4Address::parse("10.1.0.11"),
            .image = image.empty() ? std::nullopt
                                   : std::optional(model::ImageName::parse(image).value()),
            .state = state};
}

TEST(BladeGroups, NobodyIsNoGroup) { EXPECT_TRUE(group_blades({}).empty()); }

TEST(BladeGroups, StateAndImageTellThemApart) {
    using model::BladeState;
    const auto groups = group_blades({make_blade("b1", BladeState::running, "granite"),
                                      make_blade("b2", BladeState::running, ""),
                                      make_blade("b3", BladeState::failed, "granite"),
                                      make_blade("b4", BladeState::running, "granite")});
    std::vector<std::size_t> sizes;
    for (const BladeGroup& group : groups)
        sizes.push_back(group.blades.size());
    EXPECT_EQ(groups.size(), 3U);
    EXPECT_THAT(sizes, ::testing::UnorderedElementsAre(1, 1, 2));
}

}  // namespace
}  // namespace dim::tool
