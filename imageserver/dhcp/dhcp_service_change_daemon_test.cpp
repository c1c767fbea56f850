#include "imageserver/dhcp/dhcp_service_fixture.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/process_identity.hpp"

#include <algorithm>
#include <csignal>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// How the servers are started, reloaded, exchanged and lost.
namespace dim::server {
namespace {

using namespace std::chrono_literals;
using cluster::DhcpBackend;
using ::testing::HasSubstr;
using ::testing::Not;

class EitherServerChanges : public EitherServer {};

INSTANTIATE_TEST_SUITE_P(Both, EitherServerChanges,
                         ::testing::Values(DhcpBackend::isc, DhcpBackend::kea),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST_P(EitherServerChanges, TellsABladeThatItHasMoved) {
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

TEST_P(EitherServerChanges, AnswersOnceTheCableIsPluggedIn) {
    const auto plug = [](const std::string& state) {
        const auto result = sys::run({"/bin/sh", "-c", "ip link set wire0 " + state}, 10s);
        return result && result->status.is_success();
    };
    ASSERT_TRUE(plug("down"));
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    ASSERT_TRUE(plug("up"));
    const sys::Deadline deadline = sys::Deadline::in(10s);
    std::optional<DhcpReply> reply;
    while (!reply && !deadline.has_passed())
        reply = boot(kKnown);
    EXPECT_TRUE(reply.has_value());
}

TEST_P(EitherServerChanges, SaysWhyItCannotStart) {
    DhcpService service = make_service("missing0");
    const auto refused = service.apply(definition(GetParam()), hosts());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("missing0"));
    EXPECT_FALSE(service.status().is_running);
    EXPECT_THAT(service.status().cause.value(), HasSubstr("missing0"));
}

TEST_P(EitherServerChanges, SurvivesUsAndIsAdopted) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    const std::uint32_t first = pid();
    auto next = make_supervisor();
    DhcpService service(*next, settings(), cluster::DeviceName::parse("boot0").value());
    ASSERT_TRUE(service.apply(definition(GetParam()), hosts()));
    EXPECT_EQ(service.status().pid, first);
    EXPECT_TRUE(boot(kKnown).has_value());
}

TEST_P(EitherServerChanges, NeverRunsTwice) {
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

TEST_P(EitherServerChanges, IsStartedAgainAfterKill) {
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

TEST_P(EitherServerChanges, IsNeverGivenWhatItsCheckerRefuses) {
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

TEST_P(EitherServerChanges, TakesOverFromTheOther) {
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
    ASSERT_TRUE(sys::ensure_directory(directory_ / "kea/work"));
    ASSERT_TRUE(sys::write_file_atomically(directory_ / "kea/work/kea-dhcp4.kea-dhcp4.pid",
                                           std::to_string(::getpid()) + "\n"));
    const auto applied = service_.apply(definition(DhcpBackend::kea), hosts());
    EXPECT_TRUE(applied) << to_string(applied.error());
}

}  // namespace
}  // namespace dim::server
