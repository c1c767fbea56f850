#include "imageserver/edit/edit_fixture.hpp"

namespace dim::server {
namespace {

using samples::blade;
using samples::image;

class AssignmentEditsTest : public EditFixture {
protected:
    void make_ready() {
        add_image();
        add_blade_image(blade());
        add_boot_file();
    }
    Result<std::string> assign() {
        return finish(assignment_edits.assign({image(), {blade()}}, no_progress));
    }
    api::DhcpHost told() { return services.dhcp().hosts().value().at(0); }
};

TEST_F(AssignmentEditsTest, RefusesAnEmptyListAndBladesItDoesNotServe) {
    make_ready();
    EXPECT_FALSE(assignment_edits.assign({image(), {}}, no_progress));
    EXPECT_FALSE(assignment_edits.unassign({}, no_progress));
    const auto stranger = assignment_edits.assign({image(), {samples::server()}}, no_progress);
    EXPECT_EQ(stranger.error().code(), ErrorCode::not_found);
}

TEST_F(AssignmentEditsTest, SaysWhichCommandMakesWhatIsMissing) {
    EXPECT_EQ(assign().error().code(), ErrorCode::not_found);
    add_image();
    EXPECT_EQ(assign().error().cure(), "dim blade create s01c1b01 granite");
    add_blade_image(blade());
    EXPECT_EQ(assign().error().cure(), "dim buildzimage granite");
    EXPECT_TRUE(control.calls.empty());
    EXPECT_EQ(assignments.image_of(blade()), std::nullopt);
    add_boot_file();
    EXPECT_TRUE(assign());
}

TEST_F(AssignmentEditsTest, RefusesAnImageForAnotherArchitecture) {
    make_ready();
    add_image(model::Architecture::x86_64);
    const auto assigned = assign();
    ASSERT_FALSE(assigned);
    EXPECT_EQ(assigned.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(assigned.error().message().contains("x86_64"));
}

TEST_F(AssignmentEditsTest, StaysWhenTheDhcpServerRefusesAndIsTriedAgainWithTheNext) {
    make_ready();
    control.outcomes.assign(2, fail(ErrorCode::unavailable, "dhcpd ended"));
    const auto refused = assign();
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message().contains("dhcpd ended"));
    EXPECT_EQ(assignments.image_of(blade()).value(), image());
    EXPECT_TRUE(assign());
}

TEST_F(AssignmentEditsTest, IsToldToTheDhcpServerAndInTheStory) {
    make_ready();
    EXPECT_EQ(assign(), "image granite assigned to s01c1b01");
    EXPECT_EQ(control.count("start dhcpd"), 1);
    EXPECT_EQ(told().boot_file, "granite/1-1/zImage");
    const auto story = journal.story(blade()).value();
    ASSERT_EQ(story.size(), 1u);
    EXPECT_EQ(story[0].source, "administrator");
    ASSERT_TRUE(finish(assignment_edits.unassign({{blade()}}, no_progress)));
    EXPECT_EQ(told().image, std::nullopt);
    EXPECT_EQ(control.count("reload dhcpd"), 1);
}

TEST_F(AssignmentEditsTest, ANewBootFileIsToldToTheDhcpServer) {
    make_ready();
    ASSERT_TRUE(assign());
    ASSERT_TRUE(finish(image_edits.build_boot_file({image(), {}, std::nullopt}, no_progress)));
    EXPECT_EQ(told().boot_file, "granite/1-2/zImage");
    EXPECT_EQ(control.count("reload dhcpd"), 1);
}

}  // namespace
}  // namespace dim::server
