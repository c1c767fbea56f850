#include "initagent/network.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/process.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <csignal>
#include <sched.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kKnownMac = "52:54:00:01:01:01";
constexpr const char* kUnknownMac = "52:54:00:09:09:09";

constexpr const char* kConfiguration = R"(
subnet 10.1.0.0 netmask 255.255.255.0 { option routers 10.1.0.254; next-server 10.1.0.5; }
host b01 { hardware ethernet 52:54:00:01:01:01; fixed-address 10.1.0.11; }
)";

Result<void> run_shell(const std::string& commands) {
    DIM_TRY(const sys::RunResult ran, sys::run({"/bin/sh", "-ec", commands}, 20s));
    if (ran.status.is_success()) return {};
    return fail(ErrorCode::io, commands + ": " + ran.output);
}

/// Debian's dhcpd, in this process's own network; blades are children with networks of theirs.
class DhcpClientDaemonTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        static const dim::testing::OwnNetwork network;
        ASSERT_TRUE(network.is_made()) << "run it as root";
    }
    DhcpClientDaemonTest() {
        const auto made = run_shell("ip link add boot0 type veth peer name port0;"
                                    "ip link add other0 type veth peer name port1;"
                                    "ip address add 10.1.0.1/24 dev boot0;"
                                    "ip link set boot0 up; ip link set other0 up");
        EXPECT_TRUE(made) << made.error().message();
        EXPECT_TRUE(
            sys::write_all(*sys::open(directory_ / "leases", O_CREAT | O_WRONLY, 0644), ""));
        EXPECT_TRUE(sys::write_all(*sys::open(directory_ / "conf", O_CREAT | O_WRONLY, 0644),
                                   kConfiguration));
        auto dhcpd =
            sys::spawn({.arguments = {"/usr/sbin/dhcpd", "-4", "-f", "-q", "--no-pid", "-cf",
                                      directory_ / "conf", "-lf", directory_ / "leases", "boot0"}});
        EXPECT_TRUE(dhcpd);
        if (dhcpd) dhcpd_ = *std::move(dhcpd);
    }
    ~DhcpClientDaemonTest() override {
        if (dhcpd_) {
            EXPECT_TRUE(dhcpd_->kill(SIGKILL));
            EXPECT_TRUE(dhcpd_->wait(sys::Deadline::in(20s)));
        }
        EXPECT_TRUE(run_shell("for link in boot0 other0; do ip link del $link || true; done"));
    }

    /// What a blade has after bring_up_network, whose port0 has the address MAC: a text.
    static Result<std::string> boot(const std::string& mac, const BootEnvironment& environment,
                                    KernelModules modules = {}) {
        const std::string network = "/proc/" + std::to_string(::getpid()) + "/ns/net";
        return sys::ask_child(
            [&]() -> Result<std::string> {
                if (::unshare(CLONE_NEWNET) != 0) return fail(Error::from_errno(errno, "unshare"));
                const std::string own = std::to_string(::getpid());
                DIM_CHECK(run_shell("for port in port0 port1; do nsenter --net=" + network +
                                    " ip link set $port netns " + own +
                                    "; done; ip link set port0 address " + mac));
                std::string trail;
                DIM_TRY(const BootNetwork booted,
                        bring_up_network(environment, modules,
                                         [&](const std::string& what) { trail += what + '\n'; },
                                         {.interface_timeout = 500ms,
                                          .carrier_timeout = 5s,
                                          .dhcp = {.timeout = mac == kKnownMac ? 30s : 2s}}));
                DIM_TRY(const sys::RunResult shown,
                        sys::run({"/bin/sh", "-c", "ip -4 -br address; ip route"}, 10s));
                return trail + booted.interface + ' ' + to_string(booted.mac) + " server " +
                       to_string(booted.plan.server) + '\n' + shown.output;
            },
            60s);
    }

    const dim::testing::TemporaryDirectory directory_;
    std::optional<sys::Process> dhcpd_;
};

TEST_F(DhcpClientDaemonTest, SaysWhichPortsGotNoAddress) {
    const auto booted = boot(kUnknownMac, {});
    ASSERT_FALSE(booted) << *booted;
    EXPECT_EQ(booted.error().code(), ErrorCode::timed_out);
    EXPECT_THAT(booted.error().message(),
                AllOf(HasSubstr("port0 (52:54:00:09:09:09)"), HasSubstr("port1 (")));
}

TEST_F(DhcpClientDaemonTest, TellsWhatDidNotLoadWhenThePortIsNotThere) {
    ASSERT_TRUE(
        run_shell("cd " + directory_.path() +
                  "; mkdir -p modules/1; echo x.ko: >modules/1/modules.dep; echo x >named"));
    auto modules = KernelModules::open(
        "1", [](const std::string& file) { return fail(ErrorCode::io, file + ": bad magic"); },
        {.modules = directory_ / "modules",
         .named = directory_ / "named",
         .buses = "/none",
         .kernel_modules = directory_ / "named"});
    ASSERT_TRUE(modules);
    modules->load_named();
    BootEnvironment environment;
    environment.port_mac = *model::MacAddress::parse("52:54:00:09:09:08");
    const auto booted = boot(kKnownMac, environment, *std::move(modules));
    ASSERT_FALSE(booted) << *booted;
    EXPECT_THAT(to_string(booted.error()),
                AllOf(HasSubstr("with MAC address 52:54:00:09:09:08; there are port"),
                      HasSubstr("/modules/1/x.ko: bad magic (is its driver in the boot file?)")));
}

TEST_F(DhcpClientDaemonTest, AsksOnThePortThatWasBootedFromAlone) {
    BootEnvironment environment;
    environment.port_mac = *model::MacAddress::parse(kUnknownMac);
    const auto booted = boot(kUnknownMac, environment);
    ASSERT_FALSE(booted) << *booted;
    EXPECT_EQ(booted.error().message(),
              "no DHCP server gave an address to port0 (52:54:00:09:09:09)");
}

TEST_F(DhcpClientDaemonTest, GetsItsAddressOnThePortThatTheServerKnows) {
    const auto booted = boot(kKnownMac, {});
    ASSERT_TRUE(booted) << to_string(booted.error());
    EXPECT_THAT(*booted,
                AllOf(HasSubstr("DHCP on every Ethernet interface\n"),
                      HasSubstr("port0 52:54:00:01:01:01 server 10.1.0.5"),
                      HasSubstr("10.1.0.11/24"), HasSubstr("default via 10.1.0.254 dev port0")));
}

TEST_F(DhcpClientDaemonTest, GetsItsAddressOnThePortThatWasBootedFrom) {
    BootEnvironment environment;
    environment.port_mac = *model::MacAddress::parse(kKnownMac);
    environment.settings.server = *model::Ipv4Address::parse("10.1.0.9");
    const auto booted = boot(kKnownMac, environment);
    ASSERT_TRUE(booted) << to_string(booted.error());
    EXPECT_THAT(*booted, AllOf(HasSubstr("DHCP on port0\n"), HasSubstr(" server 10.1.0.9\n"),
                               HasSubstr("10.1.0.11/24")));
}

}  // namespace
}  // namespace dim::agent
