#include "imageserver/chassis/ask_chassis.hpp"
#include "imageserver/chassis/sample_chassis.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using bladecenter::Bay;
using bladecenter::BayReport;
using ::testing::HasSubstr;

ChassisTarget first_target(const std::string& credentials = "/mm.key") {
    return chassis_targets(samples::chassis_definition(credentials, 161), samples::name("s01"))
        .front();
}
BayReport bay_report(const char* bay, Result<std::optional<bladecenter::Blade>> blade) {
    return {Bay::parse(bay).value(), std::move(blade)};
}

TEST(AskChassis, ABayThatIsNotUnderstoodIsToldWithItsProblem) {
    const auto said = chassis_said(
        first_target(), {},
        {bay_report("2", fail(ErrorCode::invalid_input, "power state 77")), bay_report("3", {})});
    ASSERT_EQ(said.bays.size(), 1u) << "bay 3 is empty";
    EXPECT_EQ(said.bays[0].bay, 2u);
    EXPECT_EQ(said.bays[0].blade, samples::name("s01c1b02"));
    EXPECT_EQ(said.bays[0].problem, "power state 77");
    EXPECT_EQ(said.bays[0].power, std::nullopt);
}

TEST(AskChassis, ABladeOfNobodysHasNoName) {
    ChassisTarget target = first_target();
    target.blades.erase(4);
    const auto said = chassis_said(target, {}, {bay_report("4", bladecenter::Blade{})});
    ASSERT_EQ(said.bays.size(), 1u);
    EXPECT_EQ(said.bays[0].blade, std::nullopt);
    EXPECT_EQ(said.bays[0].power, "off");
}

TEST(AskChassis, WhatIsNotSaidIsAbsent) {
    const auto empty = chassis_said(first_target(), {}, {bay_report("1", bladecenter::Blade{})});
    EXPECT_EQ(empty.module, samples::name("s01c1mm"));
    EXPECT_EQ(empty.type, std::nullopt);
    EXPECT_EQ(empty.serial, std::nullopt);
    EXPECT_EQ(empty.label, std::nullopt);
    EXPECT_EQ(empty.bays.at(0).type, std::nullopt);
    bladecenter::Blade blade;
    blade.machine_type = "8842";
    blade.serial = "K1";
    blade.name = "first";
    bladecenter::ChassisReport report;
    report.name = "left";
    report.machine_type = "8677";
    report.machine_model = "3XU";
    const auto said = chassis_said(first_target(), report, {bay_report("1", blade)});
    EXPECT_EQ(said.type, "8677-3XU");
    EXPECT_EQ(said.label, "left");
    EXPECT_EQ(said.bays.at(0).type, "8842") << "without a dash where there is no model";
    EXPECT_EQ(said.bays.at(0).serial, "K1");
    EXPECT_EQ(said.bays.at(0).label, "first");
}

TEST(AskChassis, CredentialsThatCannotBeReadNameTheCure) {
    const dim::testing::TemporaryDirectory directory;
    ModulePoint point = first_target(directory / "mm.key").module;
    EXPECT_EQ(read_credentials(point).error().code(), ErrorCode::not_found);
    dim::testing::write(directory / "mm.key", "secretword private\n", 0600);
    const auto damaged = read_credentials(point);
    ASSERT_FALSE(damaged);
    EXPECT_THAT(damaged.error().message(), HasSubstr(directory / "mm.key"));
    EXPECT_THAT(to_string(damaged.error()), ::testing::Not(HasSubstr("secretword")));
    dim::testing::write(directory / "mm.key", "community private\n", 0640);
    EXPECT_EQ(read_credentials(point).error().code(), ErrorCode::permission_denied);
    dim::testing::write(directory / "mm.key", "community private\n", 0600);
    EXPECT_TRUE(read_credentials(point));
    point.credentials.reset();
    const auto none = read_credentials(point);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code(), ErrorCode::not_found);
    EXPECT_THAT(none.error().cure(), HasSubstr("give s01c1mm a property 'credentials'"));
}

}  // namespace
}  // namespace dim::server
