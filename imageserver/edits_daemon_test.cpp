#include "imageserver/administration/fake_modules.hpp"
#include "imageserver/blade/test_database.hpp"
#include "imageserver/dhcp/dhcp_service.hpp"
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

TEST(Edits, AHundredAreOneRestartOfDhcpd) {
    ASSERT_TRUE(make_network()) << "run it as root";
    testing::TemporaryDirectory directory;
    TestDatabase database;
    FakeModules modules;
    Roster roster = Roster::create(model::ComponentName::parse("s1").value(), definition()).value();
    Assignments assignments(database.get());
    BladeLog log(database.get(), samples::at(0));
    Administration administration(modules.modules(), roster, assignments, log);
    modules.add_image();
    modules.add_boot_file();
    for (const RosterEntry& entry : roster.entries())
        modules.add_blade_image(entry.blade.name);

    const auto supervisor =
        ChildSupervisor::create(
            {.run_directory = directory / "run", .first_delay = 50ms, .on_change = {}})
            .value();
    DhcpService dhcp(*supervisor,
                     {.server = roster.server(),
                      .directory = directory / "dhcpd",
                      .kea_directory = directory / "kea"},
                     cluster::DeviceName::parse("boot0").value());
    const auto apply = [&]() -> Result<void> {
        DIM_TRY(const auto hosts, administration.dhcp_hosts());
        return dhcp.apply(*roster.definition(), hosts);
    };
    ASSERT_TRUE(apply());
    ASSERT_EQ(starts(dhcp.log_file()), 1);

    asio::io_context loop{1};
    auto keep_running = asio::make_work_guard(loop);
    asio::thread_pool jobs{1};
    ServiceApplier applier(loop.get_executor(), jobs,
                           {.dhcp = apply, .exports = [] { return Result<void>(); }});
    std::thread runner([&loop] { loop.run(); });
    std::latch answered(kBlades);
    std::atomic<int> served = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (const RosterEntry& entry : roster.entries()) {
        asio::post(jobs, [&, blade = entry.blade.name] {
            const auto edit = administration.assign(
                {samples::image(), {blade}}, [](std::string_view, std::uint64_t, std::uint64_t) {});
            EXPECT_TRUE(edit) << to_string(edit.error());
            applier.request(edit->needs, [&](const Result<void>& outcome) {
                // dhcpd runs with the configuration that names the blade's file.
                if (outcome && dhcp.status().is_running) ++served;
                answered.count_down();
            });
        });
    }
    answered.wait();
    const auto took = std::chrono::steady_clock::now() - begin;
    const int restarts = starts(dhcp.log_file()) - 1;
    std::cout << kBlades << " edits: " << restarts << " restarts, "
              << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms\n";
    EXPECT_EQ(served, kBlades);
    EXPECT_GE(restarts, 1);
    EXPECT_LE(restarts, 2);
    const std::string text = sys::read_file(directory / "dhcpd/dhcpd.conf").value();
    std::size_t named = 0;
    for (auto at = text.find("granite/1-0/zImage"); at != std::string::npos;
         at = text.find("granite/1-0/zImage", at + 1)) {
        ++named;
    }
    EXPECT_EQ(named, static_cast<std::size_t>(kBlades));

    jobs.join();
    keep_running.reset();
    runner.join();
    EXPECT_TRUE(supervisor->stop("dhcpd"));
}

}  // namespace
}  // namespace dim::server
