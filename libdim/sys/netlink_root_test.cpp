#include "libdim/sys/in_namespaces.hpp"
#include "libdim/sys/netlink.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/run.hpp"

#include <algorithm>
#include <sched.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

TEST(Netlink, BringsAnInterfaceUpWithAddressAndRoutes) {
    const auto result = in_namespaces([]() -> Result<void> {
        DIM_TRY(const RunResult made,
                run({"ip", "link", "add", "dim0", "type", "veth", "peer", "name", "dim1"}, 10s));
        DIM_CHECK(expect(made.status.is_success(), "veth: " + made.output));
        DIM_TRY(const auto before, network_interfaces());
        const auto is_first = [](const NetworkInterface& i) { return i.name == "dim0"; };
        const auto first = std::ranges::find_if(before, is_first);
        DIM_CHECK(expect(first != before.end() && first->is_ethernet && !first->is_up, "down"));
        const int index = first->index;
        DIM_CHECK(set_link_up(index));
        DIM_CHECK(add_address(index, 0x0a630001, 24));
        DIM_CHECK(add_address(index, 0x0a630001, 24));
        DIM_CHECK(add_route(index, 0, 0, 0x0a6300fe));
        DIM_CHECK(add_route(index, 0, 0, 0x0a6300fd));
        DIM_CHECK(add_route(index, 0x0a640000, 16, 0));

        DIM_TRY(const auto after, network_interfaces());
        DIM_CHECK(expect(std::ranges::find_if(after, is_first)->is_up, "up"));
        DIM_TRY(const auto addresses, interface_addresses());
        const InterfaceAddress expected{index, 0x0a630001, 24};
        DIM_CHECK(expect(std::ranges::count(addresses, expected) == 1, "address"));
        DIM_TRY(const RunResult shown, run({"ip", "-4", "route", "show"}, 10s));
        DIM_CHECK(
            expect(shown.output.starts_with("default via 10.99.0.253 dev dim0"), shown.output));
        DIM_CHECK(
            expect(shown.output.find("10.100.0.0/16 dev dim0 scope link") != std::string::npos,
                   shown.output));
        DIM_CHECK(expect(!add_route(index, 0x0a700000, 16, 0x0b000001), "unreachable gateway"));

        for (int times = 0; times < 2; ++times) {
            DIM_CHECK(remove_route(index, 0, 0, 0x0a6300fd));
            DIM_CHECK(remove_address(index, 0x0a630001, 24));
        }
        DIM_TRY(const auto left, interface_addresses());
        DIM_CHECK(expect(std::ranges::count(left, expected) == 0, "no address"));
        DIM_CHECK(expect(!remove_address(4711, 0x0a630001, 24), "no such interface"));
        return expect(!set_link_up(4711), "no such interface");
    });
    EXPECT_TRUE(result) << result.error().message();
}

TEST(Netlink, TellsOfADeviceThatAppears) {
    const auto result = in_namespaces([]() -> Result<void> {
        DIM_TRY(const Fd events, device_events());
        DIM_TRY(const RunResult made, run({"ip", "link", "add", "dim0", "type", "veth"}, 10s));
        DIM_CHECK(expect(made.status.is_success(), made.output));
        DIM_CHECK(poll(events, Readiness::readable, Deadline::in(10s)));
        discard_events(events);
        return expect(!poll(events, Readiness::readable, Deadline::in(0ms)), "nothing more");
    });
    EXPECT_TRUE(result) << result.error().message();
}

/// More than the kernel's table of neighbours has places for (gc_thresh3): permanent ones do not
/// count.
Result<void> know_more_neighbours_than_the_kernel_finds_out() {
    constexpr std::uint32_t kCount = 3000;
    constexpr std::uint8_t kOwner = 77;
    DIM_TRY(
        const RunResult made,
        run({"sh", "-ec", "ip link add dim0 type veth peer name dim1; ip link set dim0 up"}, 10s));
    DIM_CHECK(expect(made.status.is_success(), "veth: " + made.output));
    DIM_TRY(const auto interfaces, network_interfaces());
    const int index = std::ranges::find(interfaces, "dim0", &NetworkInterface::name)->index;
    std::vector<PermanentNeighbour> expected;
    for (std::uint32_t i = 1; i <= kCount; ++i) {
        expected.push_back({.index = index,
                            .address = 0x0a630000 + i,
                            .mac = {0x52, 0x54, 0, 0, static_cast<std::uint8_t>(i >> 8),
                                    static_cast<std::uint8_t>(i)},
                            .owner = kOwner});
        DIM_CHECK(set_neighbour(expected.back()));
    }
    expected.front().mac.front() = 0x56;
    DIM_CHECK(set_neighbour(expected.front()));
    DIM_TRY(auto present, permanent_neighbours());
    std::ranges::sort(present);
    std::ranges::sort(expected);
    DIM_CHECK(expect(present == expected, "all of them"));
    DIM_TRY(const RunResult shown, run({"ip", "neigh", "show", "10.99.0.1"}, 10s));
    DIM_CHECK(expect(shown.output.starts_with("10.99.0.1 dev dim0 lladdr 56:54:00:00:00:01") &&
                         shown.output.contains("PERMANENT"),
                     shown.output));
    for (const PermanentNeighbour& each : expected)
        DIM_CHECK(remove_neighbour(index, each.address));
    DIM_CHECK(remove_neighbour(index, expected.front().address));
    DIM_TRY(const auto left, permanent_neighbours());
    DIM_CHECK(expect(left.empty(), "none is left"));
    return expect(!set_neighbour({.index = 4711, .address = 1}), "no such interface");
}

TEST(Netlink, KnowsMorePermanentNeighboursThanTheKernelFindsOut) {
    const auto result = in_namespaces(know_more_neighbours_than_the_kernel_finds_out);
    EXPECT_TRUE(result) << result.error().message();
}

Result<void> see_loopback_come_up() {
    if (::unshare(CLONE_NEWNET) != 0) return fail(Error::from_errno(errno, "unshare"));
    DIM_TRY(const Fd events, link_events());
    if (poll(events, Readiness::readable, Deadline::in(20ms)))
        return fail(ErrorCode::internal, "an event before anything happened");
    DIM_CHECK(set_link_up(1));
    DIM_CHECK(poll(events, Readiness::readable, Deadline::in(5s)));
    discard_events(events);
    if (poll(events, Readiness::readable, Deadline::in(20ms)))
        return fail(ErrorCode::internal, "an event that was discarded");
    return {};
}

TEST(NetlinkRoot, TellsThatAnInterfaceChanged) {
    const std::function<Result<void>()> function = see_loopback_come_up;
    const auto seen = fork_child(function, 10s);
    EXPECT_TRUE(seen) << seen.error().message();
}

}  // namespace
}  // namespace dim::sys
