#include "imageserver/daemon/daemon_fixture.hpp"
#include "libdim/sys/event_fds.hpp"
#include "libdim/sys/netlink.hpp"
#include "libdim/sys/poll.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdexcept>
#include <sys/socket.h>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

/// Becomes readable when a neighbour entry changes (rtnetlink(7), RTMGRP_NEIGH).
sys::Fd neighbour_events() {
    sys::Fd events(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl group{};
    group.nl_family = AF_NETLINK;
    group.nl_groups = RTMGRP_NEIGH;
    if (::bind(events.get(), reinterpret_cast<const sockaddr*>(&group), sizeof group) != 0)
        throw std::runtime_error("listen to changes of neighbours");
    return events;
}

/// COUNT permanent neighbours, before long.
bool wait_for_neighbours(std::size_t count) {
    const sys::Fd events = neighbour_events();
    const auto deadline = sys::Deadline::in(20s);
    for (;;) {
        sys::discard_events(events);
        const auto neighbours = sys::permanent_neighbours();
        if (neighbours && neighbours->size() == count) return true;
        if (!sys::poll(events, sys::Readiness::readable, deadline)) return false;
    }
}

TEST_F(DaemonTest, KnowsItsBladesByTheirMacUntilItIsTornDown) {
    EXPECT_TRUE(wait_for_neighbours(2));
    ASSERT_TRUE(run_all({"ip neigh flush dev boot0 nud permanent"}));
    EXPECT_TRUE(wait_for_neighbours(2)) << "somebody else's command is mended";
    ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
    thread_.join();
    EXPECT_EQ(sys::permanent_neighbours()->size(), 2u) << "they stay, as services do";
    daemon_.reset();
    ASSERT_TRUE(tear_down(settings_));
    EXPECT_EQ(sys::permanent_neighbours()->size(), 0u);
}

TEST_F(DaemonTest, GoesOnWhenItsDiskIsFullAndTells) {
    const auto is_short = [](const api::ClusterStatus& status) {
        return std::ranges::any_of(
            status.alerts, [](const api::Alert& alert) { return alert.kind == "disk-space"; });
    };
    running_services();
    make_image();
    const auto before = wait_for_status([](const auto& status) { return status.disk.has_value(); });
    ASSERT_TRUE(before);
    EXPECT_FALSE(is_short(*before));
    EXPECT_EQ(before->disk->provisioning, "reserved");
    EXPECT_GE(before->disk->total_bytes, std::uint64_t{900} << 20);

    const std::string filler = settings_.state_directory + "/filler";
    ASSERT_TRUE(
        run_all({"dd if=/dev/zero of=" + filler + " bs=64k 2>/dev/null || test -s " + filler}));
    // The alert may come before the disk is full: what is left is seen by and by.
    const auto full = wait_for_status([&](const auto& status) {
        return is_short(status) && status.disk->free_bytes < std::uint64_t{1} << 20;
    });
    ASSERT_TRUE(full);
    EXPECT_EQ(full->disk->committed_bytes, std::uint64_t{32} << 20);
    EXPECT_TRUE(is_done(http::Method::delete_, "/v1/assignments", R"({"blades":["b1"]})"))
        << "the database has room of its own";
    const auto line = run(
        http::Method::post, "/v1/images",
        R"({"name":"second","architecture":"ppc64","exclude":[],"one_file_system":false,"source":")" +
            tree_ + R"(","shared":["usr"],"init":"/sbin/init","blade_image_bytes":16777216})");
    ASSERT_TRUE(line);
    ASSERT_TRUE(line->problem);
    EXPECT_NE(line->problem->detail.find("no space left (need"), std::string::npos)
        << line->problem->detail;

    ASSERT_TRUE(run_all({"rm " + filler}));
    // The alert may stay: at the rate of the last minutes such a disk is soon full again.
    EXPECT_TRUE(wait_for_status(
        [](const auto& status) { return status.disk->free_bytes > std::uint64_t{500} << 20; }));
    EXPECT_TRUE(
        is_done(http::Method::put, "/v1/exports", R"({"image":"granite","blades":["b1"]})"));
}

}  // namespace
}  // namespace dim::server
