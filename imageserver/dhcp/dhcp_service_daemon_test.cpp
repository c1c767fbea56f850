#include "imageserver/dhcp/dhcp_client_for_tests.hpp"
#include "imageserver/dhcp/dhcp_service.hpp"
#include "imageserver/dhcp/dhcpd_log.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "imageserver/service/log_tail.hpp"
#include "libdim/cluster/cluster_xml.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kKnown = "52:54:00:01:01:01";
constexpr auto kWithoutImage = "52:54:00:01:01:02";
constexpr auto kUnknown = "52:54:00:09:09:09";

model::ComponentName component(std::string_view text) {
    return model::ComponentName::parse(text).value();
}

cluster::Definition definition(const std::string& network = "10.1.0") {
    return cluster::parse_cluster("<cluster xmlns=\"urn:dim:cluster:1\" name=\"demo\">"
                                  "<network name=\"bootnet\" address=\"" +
                                      network +
                                      ".0/24\" role=\"bootnet\"/>"
                                      "<level name=\"server\" symbol=\"s\" width=\"2\" last=\"1\">"
                                      "<component name=\"server\" role=\"server\" "
                                      "pattern=\"is{server}\" linear=\"is\">"
                                      "<interface network=\"bootnet\" "
                                      "device=\"boot0\" address=\"" +
                                      network + ".1\"/></component></level></cluster>",
                                  "test.xml")
        .value();
}

api::DhcpHost host(std::string_view name, std::string_view mac, std::string_view address,
                   std::optional<std::string> boot_file) {
    return {.blade = component(name),
            .mac = model::MacAddress::parse(mac).value(),
            .address = model::Ipv4Address::parse(address).value(),
            .image = boot_file ? std::optional(model::ImageName::parse("granite").value())
                               : std::nullopt,
            .boot_file = std::move(boot_file)};
}

std::vector<api::DhcpHost> hosts(const std::string& file = "granite/1-0123abcd/zImage") {
    return {host("s01c1b01", kKnown, "10.1.0.11", file),
            host("s01c1b02", kWithoutImage, "10.1.0.12", std::nullopt)};
}

/// A real dhcpd on "boot0" in a network namespace of this process's own; a client at the other end
/// of its wire, "wire0"; and another network, "user0" to "wire1".
class DhcpServiceDaemonTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        static const dim::testing::OwnNetwork network;
        ASSERT_TRUE(network.is_made()) << "run it as root";
        const auto ip = [](const std::string& words) {
            const auto result = sys::run({"/bin/sh", "-c", "ip " + words}, 10s);
            ASSERT_TRUE(result && result->status.is_success()) << words << ": " << result->output;
        };
        ip("link set lo up");
        ip("link add boot0 type veth peer name wire0");
        ip("link add user0 type veth peer name wire1");
        ip("address add 10.1.0.1/24 dev boot0");
        ip("address add 10.9.0.1/24 dev user0");
        for (const std::string device : {"boot0", "wire0", "user0", "wire1"})
            ip("link set " + device + " up");
    }

    ~DhcpServiceDaemonTest() override { EXPECT_TRUE(supervisor_->stop("dhcpd")); }

    std::unique_ptr<ChildSupervisor> make_supervisor() {
        return ChildSupervisor::create(
                   {.run_directory = directory_ / "run", .first_delay = 50ms, .on_change = {}})
            .value();
    }
    DhcpService make_service(const std::string& device = "boot0") {
        return DhcpService(*supervisor_,
                           {.server = component("is01"), .directory = directory_ / "dhcpd"},
                           cluster::DeviceName::parse(device).value());
    }

    static std::optional<DhcpReply> boot(const std::string& mac,
                                         const std::string& device = "wire0") {
        DhcpClient client(device, model::MacAddress::parse(mac).value());
        EXPECT_TRUE(client.is_good());
        const auto offer = client.discover();
        if (!offer) return std::nullopt;
        EXPECT_EQ(offer->type, 2);
        return client.request(offer->address);
    }

    std::vector<DhcpEvent> events() {
        LogTail tail = LogTail::open(service_.log_file(), {}).value();
        std::vector<DhcpEvent> seen;
        const std::vector<std::string> lines = tail.read_lines().value();
        for (const std::string& line : lines)
            if (auto event = parse_dhcpd_line(line)) seen.push_back(*event);
        return seen;
    }
    static DhcpEvent event(DhcpEventKind kind, std::string_view mac,
                           std::optional<std::string_view> address = std::nullopt) {
        DhcpEvent made{.kind = kind, .mac = model::MacAddress::parse(mac).value(), .address = {}};
        if (address) made.address = model::Ipv4Address::parse(*address).value();
        return made;
    }
    std::uint32_t pid() { return supervisor_->status("dhcpd").pid.value_or(0); }

    dim::testing::TemporaryDirectory directory_;
    std::unique_ptr<ChildSupervisor> supervisor_ = make_supervisor();
    DhcpService service_ = make_service();
};

TEST_F(DhcpServiceDaemonTest, GivesAnUnknownMacNothingAndSaysSo) {
    ASSERT_TRUE(service_.apply(definition(), hosts()));
    EXPECT_EQ(boot(kUnknown), std::nullopt);
    EXPECT_THAT(events(), Contains(event(DhcpEventKind::unknown_mac, kUnknown)));
    // Nor when it asks for a known blade's address outright.
    DhcpClient client("wire0", model::MacAddress::parse(kUnknown).value());
    const auto answer = client.request(model::Ipv4Address::parse("10.1.0.11").value());
    EXPECT_TRUE(!answer || answer->type == 6);
}

TEST_F(DhcpServiceDaemonTest, GivesAKnownMacItsAddressAndFile) {
    const auto applied = service_.apply(definition(), hosts());
    ASSERT_TRUE(applied) << to_string(applied.error());
    const auto reply = boot(kKnown);
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->type, 5);
    EXPECT_EQ(to_string(reply->address), "10.1.0.11");
    EXPECT_EQ(to_string(reply->next_server), "10.1.0.1");
    EXPECT_EQ(reply->server_name, "10.1.0.1");
    EXPECT_EQ(reply->file, "granite/1-0123abcd/zImage");
    EXPECT_EQ(reply->options.at(1), std::string("\xff\xff\xff\0", 4));
    EXPECT_EQ(reply->options.at(12), "s01c1b01");
    EXPECT_EQ(reply->options.at(17), "10.1.0.1:/blades/s01c1b01/granite");
    EXPECT_THAT(events(),
                ::testing::ElementsAre(event(DhcpEventKind::discover, kKnown),
                                       event(DhcpEventKind::offer, kKnown, "10.1.0.11"),
                                       event(DhcpEventKind::request, kKnown, "10.1.0.11"),
                                       event(DhcpEventKind::acknowledge, kKnown, "10.1.0.11")));
}

TEST_F(DhcpServiceDaemonTest, GivesABladeWithoutAnImageAnAddressOnly) {
    ASSERT_TRUE(service_.apply(definition(), hosts()));
    const auto reply = boot(kWithoutImage);
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(to_string(reply->address), "10.1.0.12");
    EXPECT_EQ(reply->file, "");
    EXPECT_FALSE(reply->options.contains(17));
}

TEST_F(DhcpServiceDaemonTest, ListensOnTheBootnetOnly) {
    ASSERT_TRUE(service_.apply(definition(), hosts()));
    EXPECT_EQ(boot(kKnown, "wire1"), std::nullopt);
    EXPECT_TRUE(events().empty());
}

TEST_F(DhcpServiceDaemonTest, RestartsOnlyWhenSomethingChanged) {
    ASSERT_TRUE(service_.apply(definition(), hosts()));
    const std::uint32_t first = pid();
    auto reversed = hosts();
    std::ranges::reverse(reversed);
    ASSERT_TRUE(service_.apply(definition(), reversed));
    EXPECT_EQ(pid(), first);
    ASSERT_TRUE(service_.apply(definition(), hosts("basalt/2-4567cdef/zImage")));
    EXPECT_NE(pid(), first);
    EXPECT_EQ(boot(kKnown).value().file, "basalt/2-4567cdef/zImage");
}

TEST_F(DhcpServiceDaemonTest, GoesBackWhenDhcpdDoesNotStartWithTheNewConfiguration) {
    ASSERT_TRUE(service_.apply(definition(), hosts()));
    // Valid in itself, but not for the addresses this machine has.
    const auto refused = service_.apply(definition("10.2.0"), {});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("No subnet declaration for boot0"));
    EXPECT_THAT(refused.error().message(), HasSubstr("in force again"));
    EXPECT_THAT(refused.error().message(), Not(HasSubstr("If you think")));
    EXPECT_THAT(service_.status().cause.value(), HasSubstr("No subnet declaration"));
    EXPECT_EQ(to_string(boot(kKnown).value().address), "10.1.0.11");
}

TEST_F(DhcpServiceDaemonTest, SaysWhyItCannotStart) {
    DhcpService service = make_service("missing0");
    const auto refused = service.apply(definition(), hosts());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("missing0"));
    EXPECT_FALSE(service.status().is_running);
    EXPECT_THAT(service.status().cause.value(), HasSubstr("missing0"));
}

TEST_F(DhcpServiceDaemonTest, IsNeverGivenWhatItsCheckerRefuses) {
    ASSERT_TRUE(service_.apply(definition(), hosts()));
    const std::uint32_t first = pid();
    const std::string path = directory_ / "dhcpd/dhcpd.conf";
    const std::string good = sys::read_file(path).value();
    ConfiguredService raw(*supervisor_,
                          {.service = {.name = "dhcpd", .arguments = {"/usr/sbin/dhcpd"}},
                           .directory = directory_ / "dhcpd",
                           .checker = [](std::span<const std::string> candidates) {
                               return std::vector<std::string>{"/usr/sbin/dhcpd", "-t", "-cf",
                                                               candidates.front()};
                           }});
    const ConfigFile bad{.path = path, .bytes = "subnet nonsense;\n"};
    const auto refused = raw.apply(std::span(&bad, 1));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("refused by /usr/sbin/dhcpd"));
    EXPECT_EQ(sys::read_file(path).value(), good);
    EXPECT_EQ(pid(), first);
}

TEST_F(DhcpServiceDaemonTest, SurvivesUsAndIsAdopted) {
    ASSERT_TRUE(service_.apply(definition(), hosts()));
    const std::uint32_t first = pid();
    auto next = make_supervisor();
    DhcpService service(*next, {.server = component("is01"), .directory = directory_ / "dhcpd"},
                        cluster::DeviceName::parse("boot0").value());
    ASSERT_TRUE(service.apply(definition(), hosts()));
    EXPECT_EQ(service.status().pid, first);
    EXPECT_TRUE(boot(kKnown).has_value());
}

TEST_F(DhcpServiceDaemonTest, NeverRunsTwice) {
    ASSERT_TRUE(service_.apply(definition(), hosts()));
    const auto other =
        ChildSupervisor::create({.run_directory = directory_ / "other-run", .on_change = {}})
            .value();
    DhcpService service(*other, {.server = component("is01"), .directory = directory_ / "dhcpd"},
                        cluster::DeviceName::parse("boot0").value());
    const auto refused = service.apply(definition(), hosts());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("another process of it runs already"));
    EXPECT_FALSE(service.status().is_running);
    EXPECT_TRUE(other->stop("dhcpd"));
    EXPECT_TRUE(boot(kKnown).has_value());
}

TEST_F(DhcpServiceDaemonTest, IsStartedAgainAfterKill) {
    ASSERT_TRUE(service_.apply(definition(), hosts()));
    const std::uint32_t first = pid();
    auto process = sys::find_process(sys::process_identity(static_cast<pid_t>(first)).value());
    ASSERT_TRUE(process && process->kill(SIGKILL));
    const sys::Deadline deadline = sys::Deadline::in(10s);
    while (pid() == first || pid() == 0) {
        ASSERT_TRUE(sys::poll(supervisor_->event_fd(), sys::Readiness::readable, deadline));
        ASSERT_TRUE(supervisor_->handle_events());
    }
    // Running again, but it needs a moment until it listens.
    std::optional<DhcpReply> reply;
    while (!reply && !deadline.has_passed())
        reply = boot(kKnown);
    EXPECT_TRUE(reply.has_value());
}

}  // namespace
}  // namespace dim::server
