#include "libdim/api/message_samples.hpp"
#include "tools/deployment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Act = DeploymentAct;

model::ComponentName blade(const std::string& name) {
    return model::ComponentName::parse(name).value();
}

DeployedBlade fresh(const std::string& name) {
    return {.name = blade(name), .type = model::BladeType::js20};
}

DeployedBlade deployed(const std::string& name) {
    return {.name = blade(name),
            .type = model::BladeType::js21,
            .has_blade_image = true,
            .is_exported = true,
            .is_assigned = true};
}

api::ImageSummary image() {
    api::ImageSummary summary = api::samples::image_summary();
    summary.architecture = model::Architecture::ppc64;
    return summary;
}

TEST(PlanDeployment, ABladeOfAnotherArchitectureGetsNothing) {
    api::ImageSummary other = image();
    other.architecture = model::Architecture::x86_64;
    other.zimage_bytes.reset();
    const DeploymentPlan plan = plan_deployment({other, {fresh("s01c1b01")}});
    ASSERT_TRUE(plan.refused.contains(blade("s01c1b01")));
    EXPECT_EQ(plan.refused.at(blade("s01c1b01")).message(),
              "image granite is for x86_64, a js20 is ppc64");
    EXPECT_FALSE(plan.builds_boot_file);
    EXPECT_THAT(plan.steps, IsEmpty());
    EXPECT_THAT(plan.settled, IsEmpty());
}

TEST(PlanDeployment, OnlyWhatIsMissingIsDone) {
    DeployedBlade half = deployed("s01c1b02");
    half.is_assigned = false;
    const DeploymentPlan plan =
        plan_deployment({image(), {fresh("s01c1b01"), half, deployed("s01c1b03")}});
    EXPECT_FALSE(plan.builds_boot_file);
    EXPECT_THAT(plan.steps,
                ElementsAre(DeploymentStep{Act::create, {blade("s01c1b01")}},
                            DeploymentStep{Act::offer, {blade("s01c1b01")}},
                            DeploymentStep{Act::assign, {blade("s01c1b01"), blade("s01c1b02")}}));
    EXPECT_THAT(plan.settled, ElementsAre(blade("s01c1b03")));
}

TEST(PlanDeployment, TheBootFileIsBuiltWhenThereIsNone) {
    api::ImageSummary bare = image();
    bare.zimage_bytes.reset();
    EXPECT_TRUE(plan_deployment({bare, {deployed("s01c1b03")}}).builds_boot_file);
}

TEST(PlanWithdrawal, WhatRunsIsLeftAlone) {
    DeployedBlade running = deployed("s01c1b01");
    running.runs_from_it = true;
    const DeploymentPlan plan =
        plan_withdrawal({image(), {running, deployed("s01c1b02")}}, BladeImages::discard);
    EXPECT_TRUE(plan.refused.contains(blade("s01c1b01")));
    EXPECT_THAT(plan.steps, ElementsAre(DeploymentStep{Act::unassign, {blade("s01c1b02")}},
                                        DeploymentStep{Act::withdraw, {blade("s01c1b02")}},
                                        DeploymentStep{Act::discard, {blade("s01c1b02")}}));
}

TEST(PlanWithdrawal, BladeImagesStayUnlessTheyAreToGo) {
    DeployedBlade kept = fresh("s01c1b01");
    kept.has_blade_image = true;
    const DeploymentPlan plan = plan_withdrawal({image(), {kept}}, BladeImages::keep);
    EXPECT_THAT(plan.steps, IsEmpty());
    EXPECT_THAT(plan.settled, ElementsAre(blade("s01c1b01")));
}

}  // namespace
}  // namespace dim::tool
