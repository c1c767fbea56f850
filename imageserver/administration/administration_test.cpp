#include "imageserver/administration/administration.hpp"
#include "imageserver/administration/fake_modules.hpp"
#include "imageserver/blade/test_database.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::at;
using samples::blade;
using samples::image;
using samples::other_blade;

class AdministrationTest : public ::testing::Test {
protected:
    static void no_progress(std::string_view, std::uint64_t, std::uint64_t) {}
    void make_ready() {
        modules.add_image();
        modules.add_blade_image(blade());
        modules.add_boot_file();
    }
    /// Brings the services in line, as ServiceApplier does, and tells what was achieved.
    Result<std::string> finish(const Result<Edit>& edit) {
        if (!edit) return fail(edit.error());
        const auto services = modules.services(administration);
        Result<void> applied = edit->needs.dhcp ? services.dhcp() : Result<void>();
        if (applied && edit->needs.exports) applied = services.exports();
        if (applied) return edit->done;
        if (edit->take_back) edit->take_back();
        return fail(applied.error());
    }
    Result<std::string> assign() {
        return finish(administration.assign({image(), {blade()}}, no_progress));
    }
    Result<std::string> export_to(std::vector<model::ComponentName> blades) {
        return finish(administration.export_images({image(), std::move(blades)}, no_progress));
    }
    void run_blade() {
        const auto boot = log.begin_boot(blade(), samples::boot_request(90), at(90)).value();
        ASSERT_TRUE(log.record_plan(boot.key, samples::boot_plan(), at(90)));
        ASSERT_TRUE(
            log.record_running(blade(), boot_id(boot), samples::running_report(95), at(95)));
    }

    FakeModules modules;
    TestDatabase database;
    Roster roster = samples::roster();
    Assignments assignments{database.get()};
    BladeLog log{database.get(), at(0)};
    Administration administration{modules.modules(), roster, assignments, log};
};

TEST_F(AdministrationTest, RefusesAnEmptyListOfBlades) {
    make_ready();
    EXPECT_FALSE(administration.assign({image(), {}}, no_progress));
    EXPECT_FALSE(administration.unassign({}, no_progress));
    EXPECT_FALSE(administration.export_images({image(), {}}, no_progress));
    EXPECT_FALSE(administration.unexport_images({image(), {}}, no_progress));
    EXPECT_FALSE(administration.create_blade_images({image(), {}}, no_progress));
}

TEST_F(AdministrationTest, RefusesBladesItDoesNotServe) {
    make_ready();
    const api::ImageOfBlades stranger{image(), {samples::server()}};
    EXPECT_EQ(administration.assign(stranger, no_progress).error().code(), ErrorCode::not_found);
    EXPECT_FALSE(administration.create_blade_images(stranger, no_progress));
    EXPECT_FALSE(administration.export_images(stranger, no_progress));
}

TEST_F(AdministrationTest, AssignSaysWhichCommandMakesWhatIsMissing) {
    EXPECT_EQ(assign().error().code(), ErrorCode::not_found);
    modules.add_image();
    EXPECT_EQ(assign().error().cure(), "dim image create granite s01c1b01");
    modules.add_blade_image(blade());
    EXPECT_EQ(assign().error().cure(), "dim buildzimage granite");
    EXPECT_EQ(modules.dhcp_applied, 0u);
    EXPECT_EQ(assignments.image_of(blade()), std::nullopt);
    modules.add_boot_file();
    EXPECT_TRUE(assign());
}

TEST_F(AdministrationTest, AssignRefusesAnImageForAnotherArchitecture) {
    make_ready();
    modules.add_image(model::Architecture::x86_64);
    const auto assigned = assign();
    ASSERT_FALSE(assigned);
    EXPECT_EQ(assigned.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(assigned.error().message().contains("x86_64"));
}

TEST_F(AdministrationTest, AssignTellsDhcpdAndTheStory) {
    make_ready();
    ASSERT_TRUE(assign());
    ASSERT_EQ(modules.dhcp.size(), 2u);
    EXPECT_EQ(modules.dhcp[0].boot_file, "granite/1-0/zImage");
    EXPECT_EQ(modules.dhcp[1].boot_file, std::nullopt);
    const auto story = log.story(blade()).value();
    ASSERT_EQ(story.size(), 1u);
    EXPECT_EQ(story[0].source, "administrator");
    ASSERT_TRUE(finish(administration.unassign({{blade()}}, no_progress)));
    EXPECT_EQ(modules.dhcp[0].image, std::nullopt);
}

TEST_F(AdministrationTest, ANewBootFileIsToldToDhcpd) {
    make_ready();
    ASSERT_TRUE(assign());
    ASSERT_TRUE(finish(administration.build_boot_file({image(), {}, std::nullopt}, no_progress)));
    EXPECT_EQ(modules.dhcp[0].boot_file, "granite/1-1/zImage");
}

TEST_F(AdministrationTest, CreateKeepsWhatIsThere) {
    EXPECT_FALSE(administration.create_blade_images({image(), {blade()}}, no_progress));
    modules.add_image();
    modules.add_blade_image(blade());
    EXPECT_EQ(finish(administration.create_blade_images({image(), {blade(), other_blade()}},
                                                        no_progress)),
              "blade images of granite: 1 created, 1 there already");
}

TEST_F(AdministrationTest, AnExportThatFailsLeavesNothingMarked) {
    make_ready();
    modules.exports_error = Error(ErrorCode::unavailable, "ganesha does not run");
    EXPECT_EQ(export_to({blade()}).error().code(), ErrorCode::unavailable);
    EXPECT_FALSE(modules.blade_images.at({blade(), image()}).is_exported);
    modules.exports_error.reset();
    EXPECT_FALSE(export_to({blade(), other_blade()})) << "the second has no image";
    EXPECT_FALSE(modules.blade_images.at({blade(), image()}).is_exported);
    ASSERT_TRUE(export_to({blade()}));
    EXPECT_EQ(modules.offered.size(), 1u);
}

TEST_F(AdministrationTest, WhatABladeRunsFromIsNotTakenAway) {
    make_ready();
    ASSERT_TRUE(export_to({blade()}));
    run_blade();
    const auto unexported = administration.unexport_images({image(), {blade()}}, no_progress);
    ASSERT_FALSE(unexported);
    EXPECT_EQ(unexported.error().code(), ErrorCode::conflict);
    EXPECT_FALSE(unexported.error().cure().empty());
    EXPECT_EQ(administration.delete_blade_image(blade(), image()).error().code(),
              ErrorCode::conflict);
    EXPECT_EQ(modules.offered.size(), 1u);
    modules.now = 1000;  // silent for long
    EXPECT_TRUE(administration.unexport_images({image(), {blade()}}, no_progress));
    EXPECT_TRUE(administration.delete_blade_image(blade(), image()));
}

/// The sample cluster with another last bay, and with other addresses.
cluster::Definition next_definition(std::string_view last, std::string_view addresses) {
    std::string text(samples::kDefinition);
    const auto replace = [&text](std::string_view old, std::string_view by) {
        const auto at = text.find(old);
        ASSERT_NE(at, std::string::npos);
        text.replace(at, old.size(), by);
    };
    replace(R"(width="2" last="2")", R"(width="2" last=")" + std::string(last) + '"');
    if (last == "1") replace(R"(<set for="s01c1b02" type="js21"/>)", "");
    replace("127.0.0.{blade}", addresses);
    return *cluster::parse_cluster(text, "next.xml");
}

TEST_F(AdministrationTest, WarnsOfBladesThatAreInUseAndGo) {
    make_ready();
    EXPECT_EQ(administration.warnings(next_definition("1", "127.0.0.{blade}"), {}),
              std::vector<std::string>());
    ASSERT_TRUE(assignments.assign(std::vector{other_blade()}, image(), at(1)));
    const auto warnings = administration.warnings(next_definition("1", "127.0.0.{blade}"), {});
    ASSERT_TRUE(warnings);
    ASSERT_EQ(warnings->size(), 1u);
    EXPECT_TRUE(warnings->front().starts_with("s01c1b02: images and assignments stay"));
    ASSERT_TRUE(assignments.unassign(std::vector{other_blade()}));
    auto of_other = modules.blade_images.begin()->second;
    of_other.blade = other_blade();
    EXPECT_EQ(
        administration.warnings(next_definition("1", "127.0.0.{blade}"), std::span(&of_other, 1))
            ->size(),
        1u);
}

TEST_F(AdministrationTest, WarnsOfRunningBladesThatLoseTheirAddress) {
    make_ready();
    run_blade();
    EXPECT_EQ(administration.warnings(next_definition("2", "127.0.0.{blade}"), {}),
              std::vector<std::string>());
    const auto warnings = administration.warnings(next_definition("2", "127.0.0.{blade+20}"), {});
    ASSERT_TRUE(warnings);
    ASSERT_EQ(warnings->size(), 1u);
    EXPECT_TRUE(warnings->front().starts_with("s01c1b01: up now")) << warnings->front();
}

}  // namespace
}  // namespace dim::server
