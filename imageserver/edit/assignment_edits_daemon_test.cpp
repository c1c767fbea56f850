#include "imageserver/apply/standard_services.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/boot_file/fake_boot_files.hpp"
#include "imageserver/edit/assignment_edits.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <iostream>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr int kBlades = 100;

cluster::Definition definition() {
    return cluster::parse_cluster(R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
  <level name="server" symbol="s" last="1">
    <component name="server" role="server">
      <interface network="bootnet" device="boot0" address="10.1.0.1"/>
    </component>
    <level name="blade" symbol="b" width="3" last="100">
      <component name="blade" role="blade" type="js20" mac="52:54:00:01:01:{blade}">
        <interface network="bootnet" address="10.1.1.{blade}"/>
      </component>
    </level>
  </level>
</cluster>)",
                                  "cluster.xml")
        .value();
}

bool make_network() {
    static const testing::OwnNetwork network;
    bool is_made = network.is_made();
    for (const std::string words :
         {"link set lo up", "link add boot0 type veth peer name wire0",
          "address add 10.1.0.1/16 dev boot0", "link set boot0 up", "link set wire0 up"}) {
        const auto result = sys::run({"/bin/sh", "-c", "ip " + words}, 10s);
        is_made = is_made && result && result->status.is_success();
    }
    return is_made;
}

/// How often dhcpd was started, as its log tells.
int starts(const std::string& log_file) {
    const std::string log = sys::read_file(log_file).value();
    int count = 0;
    for (auto at = log.find("Server starting service."); at != std::string::npos;
         at = log.find("Server starting service.", at + 1)) {
        ++count;
    }
    return count;
}

TEST(AssignmentEdits, AHundredAreOneRestartOfDhcpd) {
    ASSERT_TRUE(make_network()) << "run it as root";
    testing::TemporaryDirectory directory;
    TestDatabase database({kNfsMigration});
    Roster roster = Roster::create(model::ComponentName::parse("s1").value(), definition()).value();
    Assignments assignments(database.get());
    BootJournal journal(database.get(), samples::at(0));
    SystemClock clock;
    FakeImages images;
    FakeBootFiles boot_files(images);
    const auto no_progress = [](std::string_view, std::uint64_t, std::uint64_t) {};
    const auto first = model::Generation::from_number(1).value();
    images.add(api::ImageSummary{samples::image(),
                                 model::Architecture::ppc64,
                                 first,
                                 {"usr"},
                                 "/sbin/init",
                                 1,
                                 samples::at(0),
                                 std::nullopt,
                                 0});
    for (const RosterEntry& entry : roster.entries())
        images.add(api::BladeImage{
            entry.blade.name, samples::image(), first, "/x", 1, 1, true, false, {}});
    ASSERT_TRUE(boot_files.build({samples::image(), {}, std::nullopt}, no_progress));

    const auto supervisor =
        ChildSupervisor::create(
            {.run_directory = directory / "run", .first_delay = 50ms, .on_change = {}})
            .value();
    StandardServices services(
        *supervisor,
        {.directory = directory / "services",
         .boot_directory = directory / "boot",
         .mounts = directory / "mounts",
         .bootnet = cluster::bootnet_of(definition(), roster.server()).value()},
        {.roster = roster,
         .assignments = assignments,
         .images = images,
         .boot_files = boot_files,
         .database = database.get()});
    ASSERT_TRUE(services.dhcp().apply());
    ASSERT_EQ(starts(services.dhcp_log_file()), 1);

    asio::io_context loop{1};
    auto keep_running = asio::make_work_guard(loop);
    asio::thread_pool edits_lane{1};
    asio::thread_pool dhcp_lane{1};
    asio::thread_pool exports_lane{1};
    ServiceAppliers appliers(
        loop.get_executor(), dhcp_lane, exports_lane,
        {.dhcp = services.dhcp(), .exports = services.exports(), .names = services.names()});
    AssignmentEdits edits(assignments, images, boot_files, EditedBlades(roster, journal, clock));
    std::thread runner([&loop] { loop.run(); });
    std::latch answered(kBlades);
    std::atomic<int> served = 0;
    // dhcpd's lane is busy until all are written: how fast the disk is decides nothing here.
    std::latch written(1);
    asio::post(dhcp_lane, [&written] { written.wait(); });
    const auto begin = std::chrono::steady_clock::now();
    for (const RosterEntry& entry : roster.entries()) {
        asio::post(edits_lane, [&, blade = entry.blade.name] {
            finish_edit(edits.assign({samples::image(), {blade}}, no_progress), appliers,
                        [&](const Result<std::string>& done) {
                            EXPECT_TRUE(done) << to_string(done.error());
                            // dhcpd runs with the configuration that names the blade's file.
                            if (done && services.dhcp().status()->is_running) ++served;
                            answered.count_down();
                        });
        });
    }
    asio::post(edits_lane,
               [&loop, &written] { asio::post(loop, [&written] { written.count_down(); }); });
    answered.wait();
    const auto took = std::chrono::steady_clock::now() - begin;
    const int restarts = starts(services.dhcp_log_file()) - 1;
    std::cout << kBlades << " edits: " << restarts << " restarts, "
              << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms\n";
    EXPECT_EQ(served, kBlades);
    EXPECT_GE(restarts, 1);
    EXPECT_LE(restarts, 2);
    const std::string text = sys::read_file(directory / "services/dhcpd/dhcpd.conf").value();
    std::size_t named = 0;
    for (auto at = text.find("granite/1-1/zImage"); at != std::string::npos;
         at = text.find("granite/1-1/zImage", at + 1)) {
        ++named;
    }
    EXPECT_EQ(named, static_cast<std::size_t>(kBlades));

    edits_lane.join();
    dhcp_lane.join();
    keep_running.reset();
    runner.join();
    EXPECT_TRUE(supervisor->stop("dhcpd"));
}

}  // namespace
}  // namespace dim::server
