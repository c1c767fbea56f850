#include "imageserver/firewall/bootnet_firewall.hpp"
#include "libdim/render/sample_definition.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// The real packet filter, in network namespaces of this test's own.
namespace dim::server {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

sys::RunResult run(const std::string& words) {
    return sys::run({"/bin/sh", "-c", words}, 30s).value();
}

/// A host at the other end of a wire: a network namespace that lives as long as this.
class [[nodiscard]] Host {
public:
    /// ADDRESS on DEVICE, an end of a wire that is ours so far; what it does not reach directly it
    /// sends to GATEWAY.
    Host(const std::string& device, const std::string& address, const std::string& gateway)
        // Killed with this thread, whatever ends it.
        : process_(sys::spawn({.arguments = {"setpriv", "--pdeathsig", "KILL", "unshare", "--net",
                                             "sh", "-c", "echo made; exec sleep infinity"},
                               .standard_output = &ready_.write_end})
                       .value()) {
        ready_.write_end.reset();
        EXPECT_TRUE(sys::poll(ready_.read_end, sys::Readiness::readable, sys::Deadline::in(10s)));
        const std::string pid = std::to_string(process_.pid());
        inside_ = "nsenter --target " + pid + " --net ";
        expect_success("ip link set " + device + " netns " + pid);
        expect_success(inside_ + "ip address add " + address + " dev " + device);
        expect_success(inside_ + "ip link set " + device + " up");
        expect_success(inside_ + "ip route add default via " + gateway);
    }
    ~Host() {
        EXPECT_TRUE(process_.kill(SIGKILL));
        EXPECT_TRUE(process_.wait(sys::Deadline::in(10s)));
    }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    /// Whether a connection is accepted, however long a busy machine takes.
    bool connects(const std::string& address, int port) const {
        return connects_within("10", address, port);
    }
    /// Whether none is: what is dropped is not answered at all, so that only time tells.
    bool is_dropped(const std::string& address, int port) const {
        return !connects_within("1", address, port);
    }
    void send_udp(const std::string& address, int port, const std::string& text) const {
        expect_success(inside_ + "bash -c 'printf %s " + text + " >/dev/udp/" + address + "/" +
                       std::to_string(port) + "'");
    }

private:
    bool connects_within(const std::string& seconds, const std::string& address, int port) const {
        return run(inside_ + "timeout " + seconds + " bash -c 'exec 3<>/dev/tcp/" + address + "/" +
                   std::to_string(port) + "'")
            .status.is_success();
    }
    static void expect_success(const std::string& words) {
        const sys::RunResult result = run(words);
        EXPECT_TRUE(result.status.is_success()) << words << ": " << result.output;
    }

    sys::Pipe ready_ = sys::pipe().value();
    sys::Process process_;
    std::string inside_;
};

/// An image server with 10.1.0.1 on its bootnet "boot0" and 10.9.0.1 on another network.
class BootnetFirewallTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        static const dim::testing::OwnNetwork network;
        ASSERT_TRUE(network.is_made()) << "run it as root";
        for (const std::string words :
             {"link set lo up", "link add boot0 type veth peer name wire0",
              "link add user0 type veth peer name wire1", "address add 10.1.0.1/24 dev boot0",
              "address add 10.9.0.1/24 dev user0", "link set boot0 up", "link set user0 up"})
            ASSERT_TRUE(run("ip " + words).status.is_success()) << words;
        blade = new Host("wire0", "10.1.0.11/24", "10.1.0.1");
        stranger = new Host("wire1", "10.9.0.5/24", "10.9.0.1");
    }
    static void TearDownTestSuite() {
        delete stranger;
        delete blade;
    }
    ~BootnetFirewallTest() override { EXPECT_TRUE(firewall.remove()); }

    BootnetFirewall make(const std::string& program = "/usr/sbin/nft") {
        return BootnetFirewall({.directory = directory_ / "firewall",
                                .bootnet = cluster::bootnet_of(render::samples::definition(),
                                                               render::samples::name("is01"))
                                               .value(),
                                .program = program});
    }
    static sys::Fd listen_udp(std::uint16_t port) {
        sys::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        sockaddr_in any{};
        any.sin_family = AF_INET;
        any.sin_port = htons(port);
        EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
        return socket;
    }
    static std::string receive(const sys::Fd& socket) {
        EXPECT_TRUE(sys::poll(socket, sys::Readiness::readable, sys::Deadline::in(10s)));
        char buffer[64];
        const ssize_t size = ::recv(socket.get(), buffer, sizeof buffer, 0);
        return size < 0 ? "" : std::string(buffer, static_cast<std::size_t>(size));
    }

    static inline Host* blade = nullptr;
    static inline Host* stranger = nullptr;
    dim::testing::TemporaryDirectory directory_;
    BootnetFirewall firewall = make();
};

TEST_F(BootnetFirewallTest, KeepsServicesToTheBootnet) {
    const sys::Fd nfs = sys::listen_tcp(0, 2049).value();
    const sys::Fd agents = sys::listen_tcp(0, 7443).value();
    const sys::Fd other = sys::listen_tcp(0, 8080).value();
    EXPECT_TRUE(stranger->connects("10.9.0.1", 2049));
    EXPECT_TRUE(stranger->connects("10.1.0.1", 7443));

    const auto applied = firewall.apply();
    ASSERT_TRUE(applied) << to_string(applied.error());
    EXPECT_TRUE(stranger->is_dropped("10.9.0.1", 2049));
    EXPECT_TRUE(stranger->is_dropped("10.1.0.1", 2049));
    EXPECT_TRUE(stranger->is_dropped("10.1.0.1", 7443));
    EXPECT_TRUE(stranger->connects("10.9.0.1", 8080));
    EXPECT_TRUE(blade->connects("10.1.0.1", 2049));
    EXPECT_TRUE(blade->connects("10.1.0.1", 7443));

    ASSERT_TRUE(firewall.remove());
    EXPECT_TRUE(stranger->connects("10.9.0.1", 2049));
}

TEST_F(BootnetFirewallTest, KeepsDatagramsToTheBootnet) {
    const sys::Fd tftp = listen_udp(69);
    const sys::Fd dhcp = listen_udp(67);
    const sys::Fd other = sys::listen_tcp(0, 8080).value();
    ASSERT_TRUE(firewall.apply());
    // Once the stranger's way here is known, what it sends first would be received first.
    ASSERT_TRUE(stranger->connects("10.9.0.1", 8080));
    stranger->send_udp("10.1.0.1", 69, "stranger");
    blade->send_udp("10.1.0.1", 69, "blade");
    EXPECT_EQ(receive(tftp), "blade");
    stranger->send_udp("10.9.0.1", 67, "stranger");
    blade->send_udp("10.1.0.1", 67, "blade");
    EXPECT_EQ(receive(dhcp), "blade");
}

TEST_F(BootnetFirewallTest, TouchesNoOtherTable) {
    ASSERT_TRUE(run("nft 'add table inet mine; add chain inet mine keep'").status.is_success());
    ASSERT_TRUE(firewall.apply());
    // Again: as a daemon does that was started again.
    ASSERT_TRUE(make().restore());
    EXPECT_THAT(run("nft list ruleset").output, HasSubstr("table inet dim"));
    ASSERT_TRUE(firewall.remove());
    ASSERT_TRUE(firewall.remove());
    const std::string left = run("nft list ruleset").output;
    EXPECT_THAT(left, HasSubstr("chain keep"));
    EXPECT_THAT(left, Not(HasSubstr("table inet dim")));
    EXPECT_TRUE(run("nft delete table inet mine").status.is_success());
}

TEST_F(BootnetFirewallTest, ComesBackAfterARebootWhenItIsWanted) {
    ASSERT_TRUE(make().restore());
    EXPECT_FALSE(firewall.state().value().is_in_force) << "nobody asked for it";
    ASSERT_TRUE(firewall.apply());
    EXPECT_TRUE(firewall.state().value().is_wanted);
    // The kernel forgets at a reboot.
    ASSERT_TRUE(remove_firewall_table());
    const auto state = firewall.state().value();
    EXPECT_TRUE(state.is_wanted);
    EXPECT_FALSE(state.is_in_force);
    EXPECT_THAT(state.cause.value_or(""), HasSubstr("dim firewall apply"));
    ASSERT_TRUE(make().restore());
    EXPECT_TRUE(firewall.state().value().is_in_force);
}

TEST_F(BootnetFirewallTest, SaysThatNftablesIsMissing) {
    BootnetFirewall without = make("/nonexistent/nft");
    const auto refused = without.apply();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().cure(), HasSubstr("nftables"));
    EXPECT_FALSE(without.state().value().is_wanted);
}

}  // namespace
}  // namespace dim::server
