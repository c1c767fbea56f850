#include "initagent/boot.hpp"
#include "initagent/network.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/process.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "libdim/tls/authority.hpp"

#include <csignal>
#include <sched.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kKnownMac = "52:54:00:01:01:01";
/// Of a blade that is sent to a machine without an image server.
constexpr const char* kMisledMac = "52:54:00:02:02:02";
constexpr const char* kUnknownMac = "52:54:00:09:09:09";

constexpr const char* kConfiguration = R"(
subnet 10.1.0.0 netmask 255.255.255.0 { option routers 10.1.0.254; next-server 10.1.0.5; }
host b02 { hardware ethernet 52:54:00:02:02:02; fixed-address 10.1.0.12; next-server 10.1.0.1; }
host b01 { hardware ethernet 52:54:00:01:01:01; fixed-address 10.1.0.11; }
)";

Result<void> run_shell(const std::string& commands) {
    DIM_TRY(const sys::RunResult ran, sys::run({"/bin/sh", "-ec", commands}, 20s));
    if (ran.status.is_success()) return {};
    return fail(ErrorCode::io, commands + ": " + ran.output);
}

/// Gives this process a network with port0 and port1, taken from NETWORK; port0 has the address
/// MAC.
Result<void> enter_blade(const std::string& network, const std::string& mac) {
    if (::unshare(CLONE_NEWNET) != 0) return fail(Error::from_errno(errno, "unshare"));
    const std::string own = std::to_string(::getpid());
    return run_shell("for port in port0 port1; do nsenter --net=" + network +
                     " ip link set $port netns " + own + "; done; ip link set port0 address " +
                     mac);
}

Result<std::string> addresses_and_routes() {
    DIM_TRY(sys::RunResult shown,
            sys::run({"/bin/sh", "-c", "ip -br link; ip -4 -br address; ip route"}, 10s));
    return std::move(shown.output);
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

    static std::string own_network() { return "/proc/" + std::to_string(::getpid()) + "/ns/net"; }

    /// What a blade has after bring_up_network, whose port0 has the address MAC: a text. PREPARED
    /// by commands.
    static Result<std::string> boot(const std::string& mac, const BootEnvironment& environment,
                                    KernelModules modules = {},
                                    const std::string& prepared = "true") {
        return sys::ask_child(
            [&, network = own_network()]() -> Result<std::string> {
                DIM_CHECK(enter_blade(network, mac));
                DIM_CHECK(run_shell(prepared));
                std::string trail;
                const auto booted = bring_up_network(
                    environment, modules, [&](const std::string& what) { trail += what + '\n'; },
                    {.interface_timeout = 500ms,
                     .carrier_timeout = 5s,
                     .dhcp = {.timeout = mac == kKnownMac ? 30s : 2s}});
                DIM_TRY(const std::string shown, addresses_and_routes());
                if (!booted) {
                    if (prepared == "true") return fail(booted.error());
                    return fail(Error(booted.error()).with_context(trail + shown));
                }
                return trail + booted->interface + ' ' + to_string(booted->mac) + " server " +
                       to_string(booted->plan.server) + '\n' + shown;
            },
            60s);
    }

    /// What fails in two attempts of a blade that dhcpd sends to a wrong server, each with what the
    /// port has then.
    Result<std::string> boot_misled() {
        DIM_TRY(tls::Random random, tls::Random::create());
        DIM_TRY(
            const auto authority,
            tls::Authority::create(random, "right", {.not_before = 0, .not_after = 4'000'000'000}));
        DIM_TRY(const sys::Fd pem, sys::open(directory_ / "ca.pem", O_CREAT | O_WRONLY, 0644));
        DIM_CHECK(sys::write_all(pem, authority.certificate_pem()));
        DIM_TRY(const sys::Fd words, sys::open(directory_ / "cmdline", O_CREAT | O_WRONLY, 0644));
        DIM_CHECK(sys::write_all(words, "dim.server-name=is01 dim.ca=" + (directory_ / "ca.pem")));
        BootSettings settings;
        settings.files = {.command_line = directory_ / "cmdline",
                          .device_tree = "/none",
                          .kernel_dhcp = "/none",
                          .dmi = "/none",
                          .uefi_variables = "/none"};
        settings.modules = {
            .modules = "/none", .named = "/none", .buses = "/none", .kernel_modules = "/none"};
        settings.network.dhcp.timeout = 30s;
        return sys::ask_child(
            [&, network = own_network()]() -> Result<std::string> {
                DIM_CHECK(enter_blade(network, kMisledMac));
                Boot boot(std::move(settings));
                std::string story;
                for (const std::uint32_t attempt : {1U, 2U}) {
                    StageReporter reporter(attempt);
                    const Error error = boot.attempt(reporter);
                    DIM_TRY(const std::string shown, addresses_and_routes());
                    story += std::string(to_string(reporter.stage())) + ": " + to_string(error) +
                             '\n' + shown;
                }
                return story;
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

TEST_F(DhcpClientDaemonTest, AsksAnewWhenTheAnswerLedToNoImageServer) {
    const auto story = boot_misled();
    ASSERT_TRUE(story) << to_string(story.error());
    EXPECT_THAT(*story, AllOf(StartsWith("connect: "), HasSubstr("\nconnect: ")));
    EXPECT_THAT(*story, Not(HasSubstr("10.1.0.12"))) << "an address is left";
}

TEST_F(DhcpClientDaemonTest, LeavesNoAddressWhenItsRouteCannotBeSet) {
    const auto booted =
        boot(kKnownMac, {}, {}, "ip route add unreachable 10.1.0.254/32 scope link");
    ASSERT_FALSE(booted) << *booted;
    EXPECT_THAT(to_string(booted.error()),
                AllOf(HasSubstr("set 10.1.0.11/24 on port0\n"), HasSubstr("set the route: "),
                      Not(HasSubstr("src 10.1.0.11"))));
}

TEST_F(DhcpClientDaemonTest, LeavesOutAPortThatDoesNotComeUp) {
    // The second one may not have the MAC address of the first, and says so when it is to come up.
    const auto booted = boot(kKnownMac, {}, {},
                             "for port in port2 port3; do"
                             " ip link add link port1 name $port type macvlan;"
                             " ip link set $port address 52:54:00:07:07:07; done");
    ASSERT_TRUE(booted) << to_string(booted.error());
    EXPECT_THAT(*booted, AllOf(HasSubstr("10.1.0.11/24"), ContainsRegex("port3[^\n]*DOWN")));
}

TEST_F(DhcpClientDaemonTest, AsksWhenTheFirmwareTellsAnAddressOfNoPort) {
    BootEnvironment environment;
    environment.bootp.emplace();
    environment.bootp->client_address = *model::Ipv4Address::parse("10.1.0.77");
    const auto booted = boot(kKnownMac, environment);
    ASSERT_TRUE(booted) << to_string(booted.error());
    EXPECT_THAT(*booted, AllOf(HasSubstr("DHCP on every Ethernet interface\n"),
                               HasSubstr("10.1.0.11/24"), Not(HasSubstr("10.1.0.77"))));
}

}  // namespace
}  // namespace dim::agent
