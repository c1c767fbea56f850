#include "imageserver/boot/boot_plan.hpp"
#include "imageserver/boot/boot_samples.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

BootPlanFacts facts() {
    const auto generation = *model::Generation::from_number(3);
    return {.blade = samples::blade(),
            .server = {*model::Ipv4Address::parse("10.1.0.1")},
            .assigned = samples::image(),
            .image = api::ImageSummary{samples::image(),
                                       model::Architecture::ppc64,
                                       *model::Generation::from_number(4),
                                       {"usr", "opt"},
                                       "/sbin/init",
                                       1,
                                       samples::at(0),
                                       std::nullopt,
                                       1},
            .blade_image = api::BladeImage{samples::blade(), samples::image(), generation, "/x", 1,
                                           1, true, true, std::nullopt},
            .served = {}};
}

Error refusal(const BootPlanFacts& given) {
    const auto plan = plan_boot(samples::boot_request(9), given);
    EXPECT_FALSE(plan);
    return plan ? Error(ErrorCode::internal, "") : plan.error();
}

TEST(BootPlan, NeedsAnAssignment) {
    auto given = facts();
    given.assigned.reset();
    EXPECT_EQ(refusal(given).code(), ErrorCode::not_found);
    EXPECT_EQ(refusal(given).cure(), "dim dhcp assign s01c1b01 IMAGE");
}

TEST(BootPlan, NeedsTheImage) {
    auto given = facts();
    given.image = fail(ErrorCode::not_found, "there is no image granite");
    EXPECT_EQ(refusal(given).message(), "there is no image granite");
    EXPECT_FALSE(refusal(given).cure().empty());
}

TEST(BootPlan, NeedsAnImageForTheBladesArchitecture) {
    auto given = facts();
    given.image->architecture = model::Architecture::x86_64;
    EXPECT_EQ(refusal(given).code(), ErrorCode::conflict);
    EXPECT_EQ(refusal(given).message(), "image granite is for x86_64, the blade is ppc64");
}

TEST(BootPlan, NeedsTheBladesOwnImage) {
    auto given = facts();
    given.blade_image = fail(ErrorCode::not_found, "none");
    EXPECT_EQ(refusal(given).cure(), "dim blade create s01c1b01 granite");
}

TEST(BootPlan, NeedsTheImageServed) {
    auto given = facts();
    given.served = fail(ErrorCode::conflict, "not exported");
    EXPECT_EQ(refusal(given).cure(), "dim nfs export s01c1b01 granite");
    given.served = fail(Error(ErrorCode::io, "damaged").with_cure("e2fsck"));
    EXPECT_EQ(refusal(given).cure(), "e2fsck") << "who knows better is heard";
}

TEST(BootPlan, MountsTheGenerationOfTheBladeImage) {
    const auto plan = plan_boot(samples::boot_request(9), facts());
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_EQ(plan->generation.number(), 3u);
    EXPECT_EQ(plan->root.source, "10.1.0.1:/blades/s01c1b01/granite");
    EXPECT_EQ(plan->root.target, "/");
    EXPECT_TRUE(plan->root.options.starts_with("rw,"));
    ASSERT_EQ(plan->shared.size(), 2u);
    EXPECT_EQ(plan->shared[1].source, "10.1.0.1:/shared/granite/3/opt");
    EXPECT_EQ(plan->shared[1].target, "/opt");
    EXPECT_TRUE(plan->shared[1].options.starts_with("ro,"));
    EXPECT_TRUE(plan->shared[1].options.ends_with(",vers=4.1,proto=tcp,hard,actimeo=3"));
    EXPECT_EQ(plan->init, "/sbin/init");
    EXPECT_GT(plan->heartbeat_seconds, 0u);
}

TEST(BootPlan, NamesExportsAsTheNfsServerDoes) {
    auto given = facts();
    given.server.root = "/var/lib/dim/mounts";
    const auto plan = plan_boot(samples::boot_request(9), given);
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_EQ(plan->root.source, "10.1.0.1:/var/lib/dim/mounts/blades/s01c1b01/granite");
    EXPECT_EQ(plan->shared[1].source, "10.1.0.1:/var/lib/dim/mounts/shared/granite/3/opt");
    const auto move = plan_move(given.server, *given.image, *given.image);
    ASSERT_TRUE(move);
    EXPECT_EQ(move->mounts[0].source, "10.1.0.1:/var/lib/dim/mounts/shared/granite/4/usr");
}

TEST(BootPlan, MountsAsTheImageSays) {
    auto given = facts();
    given.image->nfs = {.version = "4.2", .actimeo_seconds = 30, .nconnect = 4};
    const auto plan = plan_boot(samples::boot_request(9), given);
    ASSERT_TRUE(plan) << plan.error().message();
    for (const api::NfsMount& mount : {plan->root, plan->shared[0]}) {
        EXPECT_TRUE(mount.options.ends_with(",vers=4.2,proto=tcp,hard,actimeo=30,nconnect=4"))
            << mount.options;
        EXPECT_EQ(actimeo_seconds(mount.options), 30U);
    }
    EXPECT_EQ(actimeo_seconds("rw,hard"), std::nullopt);
    EXPECT_EQ(actimeo_seconds("rw,actimeo=x"), std::nullopt);
}

TEST(PlanMove, NamesTheDirectoriesOfTheOtherGeneration) {
    const api::ImageSummary from = *facts().image;
    api::ImageSummary to = from;
    to.generation = *model::Generation::from_number(5);
    to.shared = {"opt", "usr"};
    const auto move = plan_move(facts().server, from, to);
    ASSERT_TRUE(move);
    EXPECT_EQ(move->generation, to.generation);
    ASSERT_EQ(move->mounts.size(), 2u);
    EXPECT_EQ(move->mounts[0].source, "10.1.0.1:/shared/granite/5/opt");
    EXPECT_EQ(move->mounts[0].target, "/opt");
    EXPECT_TRUE(move->mounts[0].options.starts_with("ro,"));
    for (const api::NfsMount& mount : move->mounts)
        EXPECT_TRUE(mount.options.ends_with(",nosharecache"))
            << mount.options << ": what the blade has open in the older one could not be opened";
}

TEST(PlanMove, ToOtherDirectoriesIsABoot) {
    const api::ImageSummary from = *facts().image;
    for (const std::vector<std::string>& shared :
         {std::vector<std::string>{"usr"}, {"usr", "srv"}, {"usr", "opt", "srv"}, {"usr", "usr"}}) {
        api::ImageSummary to = from;
        to.shared = shared;
        EXPECT_FALSE(plan_move(facts().server, from, to));
    }
}

}  // namespace
}  // namespace dim::server
