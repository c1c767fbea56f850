#include "imageserver/daemon/daemon_fixture.hpp"
#include "libdim/api/agent_port.hpp"
#include "libdim/http/tls_stream.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/tcp_socket.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

/// Blade b1's port of the bootnet, in a network namespace of its own.
class BladePort {
public:
    BladePort() {
        std::thread([this] {
            if (::unshare(CLONE_NEWNET) != 0) return;
            const std::string server =
                "nsenter --net=/proc/" + std::to_string(::getpid()) + "/ns/net ";
            const std::string self = std::to_string(::gettid());
            is_made_ = run_all({server + "ip link add link wire0 name blade0 address "
                                         "52:54:00:01:01:01 type macvlan",
                                server + "ip link set blade0 netns " + self,
                                "ip address add 10.1.1.1/16 dev blade0", "ip link set blade0 up"});
            network_ = sys::Fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
        }).join();
    }
    bool is_made() const { return is_made_ && static_cast<bool>(network_); }
    /// A connection to the daemon, whose certificate must be of the authority.
    Result<http::Client> connect(const std::string& authority_pem) {
        auto settings = tls::ClientSettings::create(random_, authority_pem);
        if (!settings) return fail(std::move(settings).error());
        settings_.push_back(std::make_unique<tls::ClientSettings>(*std::move(settings)));
        Result<sys::Fd> socket = fail(ErrorCode::internal, "no network");
        std::thread([&] {
            if (::setns(network_.get(), CLONE_NEWNET) != 0) return;
            socket = sys::connect_tcp(0x0a010001, api::kAgentPort, sys::Deadline::in(5s));
        }).join();
        if (!socket) return fail(std::move(socket).error());
        DIM_TRY(auto stream, http::TlsStream::connect(*settings_.back(), "is01", *std::move(socket),
                                                      sys::Deadline::in(5s)));
        return http::Client(std::move(stream));
    }

private:
    bool is_made_ = false;
    sys::Fd network_;
    tls::Random random_ = tls::Random::create().value();
    std::vector<std::unique_ptr<tls::ClientSettings>> settings_;  // of every connection
};

/// The bootnet's device has not got its address yet when the daemon starts, as after a cold start
/// of the machine; and nobody has raised the limit of open files.
class EarlyDaemonTest : public DaemonTest {
protected:
    void prepare() override {
        ASSERT_TRUE(run_all({"ip address del 10.1.0.1/16 dev boot0"}));
        ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit_), 0);
        rlimit low = limit_;
        low.rlim_cur = 1024;
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    }
    void TearDown() override {
        DaemonTest::TearDown();
        EXPECT_TRUE(run_all({"ip address replace 10.1.0.1/16 dev boot0"}));
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit_), 0);
    }
    rlimit limit_{};
};

TEST_F(EarlyDaemonTest, ListensWhenTheAddressComesAndTellsWhyNotUntilThen) {
    rlimit raised{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &raised), 0);
    EXPECT_EQ(raised.rlim_cur, raised.rlim_max);
    std::vector<api::Alert> told;
    for (const auto deadline = sys::Deadline::in(20s); told.empty() && !deadline.has_passed();)
        told = alerts("agent-port");
    ASSERT_EQ(told.size(), 1u);
    EXPECT_TRUE(told.front().text.contains("10.1.0.1")) << told.front().text;
    EXPECT_TRUE(told.front().cure->contains("give boot0 the address 10.1.0.1"));

    ASSERT_TRUE(run_all({"ip address add 10.1.0.1/16 dev boot0"}));
    for (const auto deadline = sys::Deadline::in(20s); !told.empty() && !deadline.has_passed();)
        told = alerts("agent-port");
    EXPECT_TRUE(told.empty()) << "it listens";
    EXPECT_TRUE(sys::connect_tcp(0x0a010001, api::kAgentPort, sys::Deadline::in(5s)));
    const auto services = running_services();
    for (const auto& [name, service] : services)
        EXPECT_FALSE(service.cause) << name;
}

TEST_F(DaemonTest, ReplacesItsAuthorityUnderOpenConnections) {
    BladePort blade;
    ASSERT_TRUE(blade.is_made());
    const std::string identity = settings_.state_directory + "/identity";
    const std::string old_authority = sys::read_file(identity + "/ca.crt").value();
    http::Request question;
    question.method = http::Method::get;
    question.target = "/v1/nothing";
    const auto answers = [&](http::Client& client) {
        return client.exchange(question, sys::Deadline::in(10s)).has_value();
    };
    auto open = blade.connect(old_authority);
    // The bootnet's address is there since a moment ago; the daemon tries again after a second.
    for (const auto deadline = sys::Deadline::in(10s); !open && !deadline.has_passed();)
        open = blade.connect(old_authority);
    ASSERT_TRUE(open) << open.error().message();
    EXPECT_TRUE(answers(*open));

    ASSERT_TRUE(
        is_done(http::Method::post, "/v1/authority/rotation", R"({"finish":false,"force":false})"));
    const std::string next = sys::read_file(identity + "/next/ca.crt").value();
    const auto both = blade.connect(old_authority + next);
    EXPECT_TRUE(both) << both.error().message();
    EXPECT_FALSE(blade.connect(next)) << "blades do not know it yet";

    ASSERT_TRUE(
        is_done(http::Method::post, "/v1/authority/rotation", R"({"finish":true,"force":false})"));
    auto fresh = blade.connect(next);
    for (const auto deadline = sys::Deadline::in(10s); !fresh && !deadline.has_passed();)
        fresh = blade.connect(next);
    ASSERT_TRUE(fresh) << fresh.error().message();
    EXPECT_TRUE(answers(*fresh));
    EXPECT_FALSE(blade.connect(old_authority));
    EXPECT_TRUE(answers(*open)) << "what was open goes on";
}

}  // namespace
}  // namespace dim::server
