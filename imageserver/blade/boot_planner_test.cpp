#include "imageserver/blade/boot_planner.hpp"
#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/nfs/ganesha_server.hpp"
#include "imageserver/nfs/nfsd_server.hpp"
#include "imageserver/service/fake_service_control.hpp"

#include <array>
#include <future>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
using samples::blade;
using samples::image;

class BootPlannerTest : public ::testing::Test {
protected:
    BootPlannerTest() {
        NfsClients clients;
        clients.blades.emplace(blade(), samples::blade_address());
        clients.bootnet = model::Ipv4Network::parse("127.0.0.0/24").value();
        exports.set_clients(std::move(clients));
    }
    void add_image(bool is_exported) {
        images.add(api::ImageSummary{image(),
                                     model::Architecture::ppc64,
                                     first,
                                     {"usr"},
                                     "/sbin/init",
                                     1,
                                     samples::at(0),
                                     std::nullopt,
                                     0});
        images.add(api::BladeImage{blade(), image(), first, "/x", 1, 1, true, is_exported, {}});
    }
    void assign() { ASSERT_TRUE(assignments.assign(std::array{blade()}, image(), samples::at(1))); }
    Result<std::optional<api::BootPlan>> plan_at_once() {
        return planner.plan_at_once(entry, samples::boot_request(10));
    }
    Result<api::BootPlan> plan() { return planner.plan(entry, samples::boot_request(10)); }

    const model::Generation first = *model::Generation::from_number(1);
    TestDatabase database{{kNfsMigration}};
    Assignments assignments{database.get()};
    FakeImages images;
    FakeServiceControl control;
    GaneshaServer ganesha{control, database.get(), samples::server_address(),
                          database.directory() + "/ganesha"};
    NfsdServer nfsd{{.root = database.directory(), .address = samples::server_address()}};
    NfsExports exports{images, {.ganesha = ganesha, .nfsd = nfsd}};
    BootPlanner planner{samples::server_address(), assignments, images, exports};
    const RosterEntry entry = samples::roster().find(blade()).value();
};

TEST_F(BootPlannerTest, SaysAtOnceWhatIsMissing) {
    EXPECT_EQ(plan_at_once().error().cure(), "dim dhcp assign s01c1b01 IMAGE");
    assign();
    EXPECT_EQ(plan_at_once().error().code(), ErrorCode::not_found);
    EXPECT_TRUE(plan_at_once().error().cure().starts_with("dim image import"));
    EXPECT_TRUE(control.calls.empty());
}

TEST_F(BootPlannerTest, AnImageThatIsNotExportedIsSaidToBeSo) {
    assign();
    add_image(false);
    EXPECT_EQ(plan_at_once(), std::nullopt);
    EXPECT_EQ(plan().error().cure(), "dim nfs export s01c1b01 granite");
}

TEST_F(BootPlannerTest, WhatIsServedIsPlannedAtOnceAndWhatIsNotIsServedFirst) {
    assign();
    add_image(true);
    EXPECT_EQ(plan_at_once(), std::nullopt) << "the NFS server was told nothing yet";
    const auto slow = plan();
    ASSERT_TRUE(slow) << slow.error().message();
    EXPECT_EQ(slow->root.source, "127.0.0.5:/blades/s01c1b01/granite");
    EXPECT_EQ(control.calls.size(), 1u);
    const auto quick = plan_at_once();
    ASSERT_TRUE(quick && *quick);
    EXPECT_EQ((*quick)->shared.size(), 1u);
    EXPECT_EQ((*quick)->token.size(), 32u);
    EXPECT_NE((*quick)->token, slow->token);
    EXPECT_EQ(control.calls.size(), 1u);
}

TEST_F(BootPlannerTest, ARunningBladeMovesToWhatIsServed) {
    add_image(true);
    BootRecord boot = begin_record(blade(), model::BootStage::running, samples::at(1));
    const auto move = [&] { return planner.move_at_once(boot, samples::at(10)).value(); };
    const auto second = *model::Generation::from_number(2);
    images.add(api::BladeImage{blade(), image(), second, "/x", 1, 1, true, true, {}});
    EXPECT_FALSE(move()) << "it runs nothing";
    boot.running = samples::at(5);
    boot.image = image();
    boot.generation = first;
    EXPECT_FALSE(move()) << "the NFS server was told nothing yet";
    ASSERT_TRUE(exports.apply());
    ASSERT_TRUE(move());
    EXPECT_EQ(move()->generation, second);
    boot.generation = second;
    EXPECT_FALSE(move()) << "it has it";
    boot.image = model::ImageName::parse("gone").value();
    EXPECT_FALSE(move()) << "no error: the blade runs on";
}

/// A reload of the NFS server that hangs holds up no blade whose image is offered, and no question.
TEST_F(BootPlannerTest, AReloadThatHangsHoldsUpNobodyWhoNeedsNone) {
    assign();
    add_image(true);
    ASSERT_TRUE(exports.apply());
    std::promise<void> go_on;
    std::promise<void> hangs;
    control.on_load = [&] {
        hangs.set_value();
        go_on.get_future().wait();
    };
    images.add(api::BladeImage{samples::other_blade(), image(), first, "/x", 1, 1, true, true, {}});
    NfsClients clients;
    clients.blades.emplace(blade(), samples::blade_address());
    clients.bootnet = model::Ipv4Network::parse("127.0.0.0/16").value();
    exports.set_clients(std::move(clients));
    auto applied = std::async(std::launch::async, [&] { return exports.apply(); });
    ASSERT_EQ(hangs.get_future().wait_for(10s), std::future_status::ready);

    auto planned = std::async(std::launch::async, [&] { return plan_at_once(); });
    auto asked = std::async(std::launch::async, [&] { return exports.exports().size(); });
    EXPECT_EQ(planned.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(asked.wait_for(10s), std::future_status::ready);
    go_on.set_value();
    EXPECT_TRUE(applied.get());
    EXPECT_TRUE(planned.get().value());
    EXPECT_EQ(asked.get(), 2u);
}

}  // namespace
}  // namespace dim::server
