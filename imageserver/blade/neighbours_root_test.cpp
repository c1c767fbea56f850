#include "imageserver/blade/neighbours.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/state/fake_wall_clock.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/sys/in_namespaces.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/sys/tcp_socket.hpp"

#include <algorithm>
#include <array>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
using sys::expect;
using sys::PermanentNeighbour;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int kBootnet = 3;
constexpr int kOtherNetwork = 4;

std::uint32_t neighbour_address(const char* text) {
    return model::Ipv4Address::parse(text)->value();
}

/// BLADES of them: bN is at 10.1.1.N.
cluster::Definition blades(int count) {
    const std::string xml = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
      <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
      <level name="server" symbol="is" width="2" last="1">
        <component name="server" role="server">
          <interface network="bootnet" device="boot0" address="10.1.0.1"/>
        </component>
      </level>
      <level name="blade" symbol="b" last=")" +
                            std::to_string(count) + R"(">
        <component name="blade" role="blade" type="js20" server="is01" mac="52:54:00:01:01:{blade}">
          <interface network="bootnet" address="10.1.1.{blade}"/>
        </component>
      </level>
    </cluster>)";
    return *cluster::parse_cluster(xml, "cluster.xml");
}

Roster roster_of(int count) {
    return *Roster::create(*model::ComponentName::parse("is01"), blades(count));
}

PermanentNeighbour neighbour(int index, std::uint8_t number, std::uint8_t owner = kNeighbourOwner) {
    return {.index = index,
            .address = neighbour_address("10.1.1.0") + number,
            .mac = {0x52, 0x54, 0, 1, 1, number},
            .owner = owner};
}

TEST(NeighbourChanges, SetWhatIsMissingOrOfAnotherMac) {
    const Roster roster = roster_of(3);
    PermanentNeighbour claimed = neighbour(kBootnet, 2, 0);
    claimed.mac.back() = 99;
    const auto changes =
        neighbour_changes(roster.entries(), kBootnet, std::array{neighbour(kBootnet, 1), claimed});
    EXPECT_THAT(changes.set, ElementsAre(neighbour(kBootnet, 2), neighbour(kBootnet, 3)));
    EXPECT_THAT(changes.removed, IsEmpty());
}

TEST(NeighbourChanges, RemoveOnlyWhatIsOurs) {
    const Roster roster = roster_of(2);
    const std::array present{neighbour(kBootnet, 1),      neighbour(kBootnet, 2, 0),
                             neighbour(kBootnet, 8),      neighbour(kBootnet, 9, 0),
                             neighbour(kOtherNetwork, 1), neighbour(kOtherNetwork, 2, 0),
                             neighbour(kOtherNetwork, 7)};
    const auto changes = neighbour_changes(roster.entries(), kBootnet, present);
    EXPECT_THAT(changes.set, IsEmpty()) << "an administrator's own entry does, too";
    // A blade that left, and the interface that was the bootnet's before.
    EXPECT_THAT(changes.removed, ElementsAre(neighbour(kBootnet, 8), neighbour(kOtherNetwork, 1)));
}

Result<std::vector<std::uint32_t>> known_addresses() {
    DIM_TRY(const auto present, sys::permanent_neighbours());
    std::vector<std::uint32_t> addresses;
    for (const PermanentNeighbour& entry : present)
        addresses.push_back(entry.address);
    std::ranges::sort(addresses);
    return addresses;
}

/// A server, a blade and somebody with the blade's address on one bridge, each in a network of its
/// own: only who has the blade's MAC is answered.
constexpr const char* kNetworks = R"(
    mount -t tmpfs tmpfs /run
    for who in blade thief; do
        ip netns add $who
        ip link add $who type veth peer name eth0 netns $who
    done
    ip netns exec blade ip link set eth0 address 52:54:00:01:01:01
    ip netns exec thief ip link set eth0 address 52:54:00:01:01:99
    ip link add boot0 type bridge
    ip address add 10.1.0.1/16 dev boot0
    for who in blade thief; do
        ip link set $who master boot0 up
        ip netns exec $who ip link set lo up
        ip netns exec $who ip address add 10.1.1.1/16 dev eth0
    done
    ip link set boot0 up
    ip link set lo up
)";
// Announces the address as its own, and asks the server.
constexpr const char* kAsk = R"(
    ip netns exec $0 ip link set eth0 up
    ip netns exec $0 python3 -c '
import socket, sys
try:
    socket.create_connection(("10.1.0.1", 7), timeout=float(sys.argv[1])).close()
except TimeoutError:
    sys.exit(1)
' $1
    status=$?
    ip netns exec $0 ip link set eth0 down
    exit $status
)";

Result<bool> is_answered(const char* who, const char* seconds) {
    DIM_TRY(const auto asked, sys::run({"/bin/sh", "-c", kAsk, who, seconds}, 20s));
    if (asked.status.is_success()) return true;
    DIM_CHECK(expect(asked.output.empty(), asked.output));
    return false;
}

Result<void> answer_only_who_has_the_mac() {
    DIM_TRY(const auto made, sys::run({"/bin/sh", "-ec", kNetworks}, 20s));
    DIM_CHECK(expect(made.status.is_success(), made.output));
    DIM_TRY(const sys::Fd listener, sys::listen_tcp(0, 7));
    TestDatabase database;
    DIM_TRY(Alerts alerts, Alerts::open(database.get()));
    FakeWallClock clock{samples::at(0)};
    const Roster roster = roster_of(1);
    Neighbours neighbours("boot0", roster, alerts, clock);
    DIM_TRY(const bool before, is_answered("thief", "10"));
    DIM_CHECK(expect(before, "an address alone does, without permanent neighbours"));
    neighbours.keep();
    DIM_TRY(const bool blade, is_answered("blade", "10"));
    DIM_CHECK(expect(blade, "the blade is answered"));
    DIM_TRY(const bool thief, is_answered("thief", "3"));
    return expect(!thief, "who has only its address is not");
}

TEST(Neighbours, AnAddressAloneIsNoBlade) {
    const auto result = sys::in_namespaces(answer_only_who_has_the_mac);
    EXPECT_TRUE(result) << to_string(result.error());
}

Result<void> follow_the_roster() {
    TestDatabase database;
    DIM_TRY(Alerts alerts, Alerts::open(database.get()));
    FakeWallClock clock{samples::at(0)};
    Roster roster = roster_of(3);
    Neighbours neighbours("boot0", roster, alerts, clock);
    DIM_CHECK(expect(neighbours.is_outdated(), "nothing was done yet"));
    neighbours.keep();
    const auto told = alerts.alerts();
    DIM_CHECK(expect(told.size() == 1 && told.front().text.contains("no network interface boot0"),
                     "a missing interface is told"));

    DIM_TRY(const auto made,
            sys::run({"sh", "-ec",
                      "ip link add boot0 type veth peer name wire0; ip link set boot0 up;"
                      "ip neigh add 10.1.9.9 lladdr 52:54:00:09:09:09 dev boot0"},
                     10s));
    DIM_CHECK(expect(made.status.is_success(), made.output));
    neighbours.keep();
    DIM_CHECK(expect(!neighbours.is_outdated() && alerts.alerts().empty(), "it is mended"));
    const std::uint32_t first = neighbour_address("10.1.1.1");
    const std::uint32_t foreign = neighbour_address("10.1.9.9");
    DIM_TRY(const auto three, known_addresses());
    DIM_CHECK(expect(three == std::vector{first, first + 1, first + 2, foreign}, "all blades"));

    DIM_CHECK(roster.replace(blades(2)));
    DIM_CHECK(expect(neighbours.is_outdated(), "the roster is another one"));
    neighbours.keep();
    DIM_TRY(const auto two, known_addresses());
    DIM_CHECK(expect(two == std::vector{first, first + 1, foreign}, "the blade that left is gone"));

    DIM_TRY(const std::size_t removed, remove_neighbours());
    DIM_TRY(const auto left, known_addresses());
    return expect(removed == 2 && left == std::vector{foreign}, "ours are removed, no others");
}

TEST(Neighbours, FollowTheRoster) {
    const auto result = sys::in_namespaces(follow_the_roster);
    EXPECT_TRUE(result) << to_string(result.error());
}

}  // namespace
}  // namespace dim::server
