#include "imageserver/dhcp/dhcp_client_for_tests.hpp"
#include "imageserver/dhcp/dhcp_log.hpp"
#include "imageserver/dhcp/dhcp_service.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "imageserver/service/log_tail.hpp"
#include "libdim/render/sample_definition.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <csignal>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kKnown = "52:54:00:01:01:01";
constexpr auto kWithoutImage = "52:54:00:01:01:02";
constexpr auto kUnknown = "52:54:00:09:09:09";

using cluster::DhcpBackend;
using render::samples::host;
using render::samples::name;

cluster::Definition definition(DhcpBackend backend) {
    cluster::Definition made = render::samples::rich_definition();
    made.services.dhcp = backend;
    return made;
}

std::vector<api::DhcpHost> hosts(const std::string& file = "granite/1-0123abcd/zImage") {
    return {host("s01c1b01", kKnown, "10.1.0.11", file),
            host("s01c1b02", kWithoutImage, "10.1.0.12")};
}

model::Ipv4Address address(std::string_view text) { return render::samples::address(text); }

/// A real server on "boot0" in a network namespace of this process's own; a client at the other end
/// of its wire, "wire0"; and another network, "user0" to "wire1".
class DhcpServiceDaemonTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        static const bool is_made = make_network();
        ASSERT_TRUE(is_made) << "run it as root";
    }
    static bool make_network() {
        static const dim::testing::OwnNetwork network;
        bool is_made = network.is_made();
        for (const std::string words :
             {"link set lo up", "link add boot0 type veth peer name wire0",
              "link add user0 type veth peer name wire1", "address add 10.1.0.1/24 dev boot0",
              "address add 10.9.0.1/24 dev user0", "link set boot0 up", "link set wire0 up",
              "link set user0 up", "link set wire1 up"}) {
            const auto result = sys::run({"/bin/sh", "-c", "ip " + words}, 10s);
            is_made = is_made && result && result->status.is_success();
        }
        return is_made;
    }

    ~DhcpServiceDaemonTest() override {
        EXPECT_TRUE(supervisor_->stop("dhcpd"));
        EXPECT_TRUE(supervisor_->stop("kea-dhcp4"));
    }

    std::unique_ptr<ChildSupervisor> make_supervisor() {
        return ChildSupervisor::create(
                   {.run_directory = directory_ / "run", .first_delay = 50ms, .on_change = {}})
            .value();
    }
    DhcpService::Settings settings() {
        return {.server = name("is01"),
                .directory = directory_ / "dhcpd",
                .kea_directory = directory_ / "kea"};
    }
    DhcpService make_service(const std::string& device = "boot0") {
        return DhcpService(*supervisor_, settings(), cluster::DeviceName::parse(device).value());
    }

    static std::optional<DhcpReply> boot(const std::string& mac,
                                         const std::string& device = "wire0") {
        DhcpClient client(device, model::MacAddress::parse(mac).value());
        EXPECT_TRUE(client.is_good());
        const auto offer = client.discover();
        if (!offer) return std::nullopt;
        EXPECT_EQ(offer->type, 2);
        return client.request(offer->address, address("10.1.0.1"));
    }

    std::vector<DhcpEvent> events() {
        LogTail tail = LogTail::open(service_.log_file(), {}).value();
        std::vector<DhcpEvent> seen;
        const std::vector<std::string> lines = tail.read_lines().value();
        DhcpLogReader reader;
        for (const std::string& line : lines)
            if (auto event = reader.parse(line)) seen.push_back(*event);
        return seen;
    }
    static DhcpEvent event(DhcpEventKind kind, std::string_view mac,
                           std::optional<std::string_view> address = std::nullopt) {
        DhcpEvent made{.kind = kind, .mac = model::MacAddress::parse(mac).value(), .address = {}};
        if (address) made.address = model::Ipv4Address::parse(*address).value();
        return made;
    }
    std::uint32_t pid() { return service_.status().pid.value_or(0); }

    dim::testing::TemporaryDirectory directory_;
    std::unique_ptr<ChildSupervisor> supervisor_ = make_supervisor();
    DhcpService service_ = make_service();
};

/// What both servers do.
class EitherServer : public DhcpServiceDaemonTest,
                     public ::testing::WithParamInterface<DhcpBackend> {
protected:
    Result<void> apply(const std::vector<api::DhcpHost>& served = hosts()) {
        return service_.apply(definition(GetParam()), served);
    }
    void expect_applied(const std::vector<api::DhcpHost>& served = hosts()) {
        const auto applied = apply(served);
        ASSERT_TRUE(applied) << to_string(applied.error());
    }
};

INSTANTIATE_TEST_SUITE_P(Both, EitherServer, ::testing::Values(DhcpBackend::isc, DhcpBackend::kea),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST_P(EitherServer, GivesAnUnknownMacNothingAndSaysSo) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    EXPECT_EQ(boot(kUnknown), std::nullopt);
    EXPECT_THAT(events(), Contains(event(DhcpEventKind::unknown_mac, kUnknown)));
    // Nor when it asks for a known blade's address outright.
    DhcpClient client("wire0", model::MacAddress::parse(kUnknown).value());
    const auto answer = client.request(address("10.1.0.11"));
    EXPECT_TRUE(!answer || answer->type == 6);
    EXPECT_EQ(client.bootp(), std::nullopt);
}

TEST_P(EitherServer, GivesAKnownMacItsAddressAndFile) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    const auto reply = boot(kKnown);
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->type, 5);
    EXPECT_EQ(to_string(reply->address), "10.1.0.11");
    EXPECT_EQ(to_string(reply->next_server), "10.1.0.1");
    EXPECT_EQ(reply->server_name, "10.1.0.1");
    EXPECT_EQ(reply->file, "granite/1-0123abcd/zImage");
    EXPECT_EQ(reply->options.at(1), std::string("\xff\xff\xff\0", 4));
    EXPECT_EQ(reply->options.at(3), "\x0a\x01\x00\xfe"s);
    EXPECT_EQ(reply->options.at(6), "\x0a\x01\x00\x01"s);
    EXPECT_EQ(reply->options.at(12), "s01c1b01");
    EXPECT_EQ(reply->options.at(15), "demo.cluster");
    EXPECT_EQ(reply->options.at(17), "10.1.0.1:/blades/s01c1b01/granite");
    EXPECT_EQ(reply->options.at(42), "\x0a\x01\x00\x01\x0a\x01\x00\x02"s);
    EXPECT_EQ(reply->options.at(43), "\x01\x04\xc0\xa8\x00\x01"s);
    EXPECT_THAT(events(),
                ::testing::ElementsAre(event(DhcpEventKind::discover, kKnown),
                                       event(DhcpEventKind::offer, kKnown, "10.1.0.11"),
                                       event(DhcpEventKind::request, kKnown,
                                             GetParam() == DhcpBackend::isc
                                                 ? std::optional<std::string_view>("10.1.0.11")
                                                 : std::nullopt),
                                       event(DhcpEventKind::acknowledge, kKnown, "10.1.0.11")));
}

TEST_P(EitherServer, AnswersBootp) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    DhcpClient client("wire0", model::MacAddress::parse(kKnown).value());
    const auto reply = client.bootp();
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(to_string(reply->address), "10.1.0.11");
    EXPECT_EQ(reply->file, "granite/1-0123abcd/zImage");
    EXPECT_THAT(events(), Contains(event(DhcpEventKind::acknowledge, kKnown, "10.1.0.11")));
}

TEST_P(EitherServer, RefusesAnAddressThatIsNotTheBlades) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    DhcpClient client("wire0", model::MacAddress::parse(kKnown).value());
    const auto answer = client.request(address("10.1.0.12"));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->type, 6);
    EXPECT_THAT(events(), Contains(::testing::Field(&DhcpEvent::kind, DhcpEventKind::refuse)));
}

TEST_P(EitherServer, GivesABladeWithoutAnImageAnAddressOnly) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    const auto reply = boot(kWithoutImage);
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(to_string(reply->address), "10.1.0.12");
    EXPECT_EQ(to_string(reply->next_server), "0.0.0.0");
    EXPECT_EQ(reply->file, "");
    EXPECT_FALSE(reply->options.contains(17));
}

TEST_P(EitherServer, ListensOnTheBootnetOnly) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    EXPECT_EQ(boot(kKnown, "wire1"), std::nullopt);
    EXPECT_TRUE(events().empty());
}

TEST_P(EitherServer, TellsABladeThatItHasMoved) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    const std::uint32_t first = pid();
    auto reversed = hosts();
    std::ranges::reverse(reversed);
    ASSERT_NO_FATAL_FAILURE(expect_applied(reversed));
    EXPECT_EQ(pid(), first);
    ASSERT_NO_FATAL_FAILURE(expect_applied(hosts("basalt/2-4567cdef/zImage")));
    // Kea reads its configuration again without a new start.
    EXPECT_EQ(pid() == first, GetParam() == DhcpBackend::kea);
    EXPECT_EQ(boot(kKnown).value().file, "basalt/2-4567cdef/zImage");
    EXPECT_EQ(boot(kUnknown), std::nullopt);
}

TEST_P(EitherServer, AnswersOnceTheCableIsPluggedIn) {
    ASSERT_TRUE(sys::run({"/bin/sh", "-c", "ip link set wire0 down"}, 10s));
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    ASSERT_TRUE(sys::run({"/bin/sh", "-c", "ip link set wire0 up"}, 10s));
    const sys::Deadline deadline = sys::Deadline::in(10s);
    std::optional<DhcpReply> reply;
    while (!reply && !deadline.has_passed())
        reply = boot(kKnown);
    EXPECT_TRUE(reply.has_value());
}

TEST_P(EitherServer, SaysWhyItCannotStart) {
    DhcpService service = make_service("missing0");
    const auto refused = service.apply(definition(GetParam()), hosts());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("missing0"));
    EXPECT_FALSE(service.status().is_running);
    EXPECT_THAT(service.status().cause.value(), HasSubstr("missing0"));
}

TEST_P(EitherServer, SurvivesUsAndIsAdopted) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    const std::uint32_t first = pid();
    auto next = make_supervisor();
    DhcpService service(*next, settings(), cluster::DeviceName::parse("boot0").value());
    ASSERT_TRUE(service.apply(definition(GetParam()), hosts()));
    EXPECT_EQ(service.status().pid, first);
    EXPECT_TRUE(boot(kKnown).has_value());
}

TEST_P(EitherServer, NeverRunsTwice) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    const auto other =
        ChildSupervisor::create({.run_directory = directory_ / "other-run", .on_change = {}})
            .value();
    DhcpService service(*other, settings(), cluster::DeviceName::parse("boot0").value());
    const auto refused = service.apply(definition(GetParam()), hosts());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("another process of it runs already"));
    EXPECT_FALSE(service.status().is_running);
    EXPECT_TRUE(other->stop(service.status().name));
    EXPECT_TRUE(boot(kKnown).has_value());
}

TEST_P(EitherServer, IsStartedAgainAfterKill) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
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

TEST_P(EitherServer, IsNeverGivenWhatItsCheckerRefuses) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    const std::uint32_t first = pid();
    const bool is_isc = GetParam() == DhcpBackend::isc;
    const std::string path = directory_ / (is_isc ? "dhcpd/dhcpd.conf" : "kea/kea-dhcp4.json");
    const std::string good = sys::read_file(path).value();
    const std::vector<std::string> checker =
        is_isc ? std::vector<std::string>{"/usr/sbin/dhcpd", "-t", "-cf"}
               : std::vector<std::string>{"/usr/sbin/kea-dhcp4", "-t"};
    ConfiguredService raw(*supervisor_,
                          {.service = {.name = service_.status().name,
                                       .arguments = {checker[0]},
                                       .environment = {"KEA_LOCKFILE_DIR=" + directory_.path()}},
                           .directory = directory_ / (is_isc ? "dhcpd" : "kea"),
                           .checker = [checker](std::span<const std::string> candidates) {
                               auto arguments = checker;
                               arguments.push_back(candidates.front());
                               return arguments;
                           }});
    const ConfigFile bad{.path = path, .bytes = "subnet nonsense;\n"};
    const auto refused = raw.apply(std::span(&bad, 1));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("refused by " + checker[0]));
    EXPECT_EQ(sys::read_file(path).value(), good);
    EXPECT_EQ(pid(), first);
    EXPECT_TRUE(boot(kKnown).has_value());
}

TEST_P(EitherServer, TakesOverFromTheOther) {
    const DhcpBackend other = GetParam() == DhcpBackend::isc ? DhcpBackend::kea : DhcpBackend::isc;
    ASSERT_TRUE(service_.apply(definition(other), hosts()));
    const std::string first = service_.status().name;
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    EXPECT_NE(service_.status().name, first);
    EXPECT_FALSE(supervisor_->status(first).is_running);
    EXPECT_TRUE(boot(kKnown).has_value());
    // Also from one that a predecessor of ours left.
    supervisor_ = make_supervisor();
    DhcpService next = make_service();
    ASSERT_TRUE(next.apply(definition(other), hosts()));
    EXPECT_FALSE(
        supervisor_->status(to_string(GetParam()) == "isc" ? "dhcpd" : "kea-dhcp4").is_running);
    EXPECT_TRUE(boot(kKnown).has_value());
}

TEST_F(DhcpServiceDaemonTest, GoesBackWhenDhcpdDoesNotStartWithTheNewConfiguration) {
    ASSERT_TRUE(service_.apply(definition(DhcpBackend::isc), hosts()));
    // Valid in itself, but not for the addresses this machine has.
    cluster::Definition elsewhere = definition(DhcpBackend::isc);
    elsewhere.networks.clear();
    elsewhere.servers.clear();
    render::samples::add_server(elsewhere, "is01", "10.2.0");
    const auto refused = service_.apply(elsewhere, {});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("No subnet declaration for boot0"));
    EXPECT_THAT(refused.error().message(), HasSubstr("in force again"));
    EXPECT_THAT(refused.error().message(), Not(HasSubstr("If you think")));
    EXPECT_THAT(service_.status().cause.value(), HasSubstr("No subnet declaration"));
    EXPECT_EQ(to_string(boot(kKnown).value().address), "10.1.0.11");
}

TEST_F(DhcpServiceDaemonTest, GoesBackWhenKeaDoesNotTakeTheNewConfiguration) {
    ASSERT_TRUE(service_.apply(definition(DhcpBackend::kea), hosts()));
    const std::uint32_t first = pid();
    const std::string path = directory_ / "kea/kea-dhcp4.json";
    // What no checker looks at: its service is reloaded with it, and goes back.
    ConfiguredService raw(*supervisor_, {.service = {.name = "kea-dhcp4", .arguments = {}},
                                         .directory = directory_ / "kea"});
    const ConfigFile bad{.path = path, .bytes = R"({"Dhcp4": {"subnet4": [{"subnet": "x"}]}})"};
    const auto start = sys::monotonic_us();
    const auto refused = raw.apply(std::span(&bad, 1));
    EXPECT_LT(sys::monotonic_us() - start, 5'000'000);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("did not take its configuration"));
    EXPECT_THAT(refused.error().message(), HasSubstr("in force again"));
    EXPECT_EQ(pid(), first);
    EXPECT_EQ(boot(kKnown).value().file, "granite/1-0123abcd/zImage");
    EXPECT_EQ(boot(kUnknown), std::nullopt);
}

TEST_F(DhcpServiceDaemonTest, TheFirstGoesOnWhenTheOtherDoesNotStart) {
    const std::string script = directory_ / "not-kea";
    ASSERT_TRUE(sys::write_file_atomically(script, "#!/bin/sh\n[ \"$1\" = -t ] || exit 7\n", 0755));
    DhcpService::Settings broken = settings();
    broken.kea_program = script;
    DhcpService service(*supervisor_, broken, cluster::DeviceName::parse("boot0").value());
    ASSERT_TRUE(service.apply(definition(DhcpBackend::isc), hosts()));
    const auto refused = service.apply(definition(DhcpBackend::kea), hosts());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("exit code 7"));
    EXPECT_THAT(refused.error().message(), HasSubstr("dhcpd answers again"));
    EXPECT_EQ(service.status().name, "dhcpd");
    EXPECT_TRUE(boot(kKnown).has_value());
}

TEST_F(DhcpServiceDaemonTest, KeaStartsBesideAnothersProcessNumber) {
    ASSERT_TRUE(sys::ensure_directory(directory_ / "kea"));
    ASSERT_TRUE(sys::write_file_atomically(directory_ / "kea/kea-dhcp4.kea-dhcp4.pid",
                                           std::to_string(::getpid()) + "\n"));
    const auto applied = service_.apply(definition(DhcpBackend::kea), hosts());
    EXPECT_TRUE(applied) << to_string(applied.error());
}

}  // namespace
}  // namespace dim::server
