#include "imageserver/dns/dns_service.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "libdim/base/text.hpp"
#include "libdim/render/sample_definition.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/process_privileges_for_tests.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <pwd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
using render::samples::address;
using render::samples::name;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

cluster::Definition definition() {
    cluster::Definition made = render::samples::named_definition();
    made.services.dns = cluster::DnsBackend::bind;
    return made;
}

/// A real named on 10.1.0.1, an address in a network namespace of this process's own.
class DnsServiceDaemonTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        static const dim::testing::OwnNetwork network;
        ASSERT_TRUE(network.is_made()) << "run it as root";
        for (const std::string words :
             {"link set lo up", "address add 10.1.0.1/16 dev lo", "address add 10.9.0.1/16 dev lo"})
            ASSERT_TRUE(run("ip " + words).status.is_success()) << words;
    }
    static sys::RunResult run(const std::string& words) {
        return sys::run({"/bin/sh", "-c", words}, 10s).value();
    }

    DnsServiceDaemonTest() { EXPECT_TRUE(sys::chmod(directory_.path(), 0755)); }
    ~DnsServiceDaemonTest() override { EXPECT_TRUE(supervisor_->stop("named")); }

    std::unique_ptr<ChildSupervisor> make_supervisor() {
        return ChildSupervisor::create(
                   {.run_directory = directory_ / "run", .first_delay = 50ms, .on_change = {}})
            .value();
    }
    DnsService make_service(std::string_view at = "10.1.0.1") {
        return DnsService(
            *supervisor_,
            {.server = name("s01"), .directory = directory_ / "named", .address = address(at)});
    }
    static std::string dig(const std::string& question, const std::string& server = "10.1.0.1") {
        return std::string(
            trim(run("dig +short +time=1 +tries=1 @" + server + " " + question).output));
    }
    std::string serial() { return std::string(split_words(dig("demo.cluster SOA")).at(2)); }
    std::uint32_t pid() { return supervisor_->status("named").pid.value_or(0); }
    std::ptrdiff_t reloads() {
        const std::string log = sys::read_file(directory_ / "named/named.log").value();
        return std::ranges::count_if(split(log, '\n'), [](std::string_view line) {
            return line.find("received SIGHUP") != std::string_view::npos;
        });
    }

    dim::testing::TemporaryDirectory directory_;
    std::unique_ptr<ChildSupervisor> supervisor_ = make_supervisor();
    DnsService service_ = make_service();
};

TEST_F(DnsServiceDaemonTest, AnswersNamesAndAddresses) {
    const auto applied = service_.apply(definition());
    ASSERT_TRUE(applied) << to_string(applied.error());
    EXPECT_EQ(dig("s01c1b01.demo.cluster A"), "10.1.1.11");
    EXPECT_EQ(dig("s01c1b01.demo.cluster AAAA"), "fd00:1::1:1");
    EXPECT_EQ(dig("b1.demo.cluster A"), "s01c1b01.demo.cluster.\n10.1.1.11");
    EXPECT_EQ(dig("-x 10.1.1.12"), "s01c1b02.demo.cluster.");
    EXPECT_EQ(dig("-x fd00:1::1:1"), "s01c1b01.demo.cluster.");
    EXPECT_EQ(dig("-x 172.16.1.11"), "s01c1b01-usr.demo.cluster.");
    EXPECT_EQ(dig("demo.cluster NS"), "s01.demo.cluster.");
    EXPECT_EQ(service_.status().name, "named");
    EXPECT_TRUE(service_.status().is_running);
}

TEST_F(DnsServiceDaemonTest, AnswersNothingElseAndNowhereElse) {
    ASSERT_TRUE(service_.apply(definition()));
    EXPECT_THAT(run("dig @10.1.0.1 +time=1 +tries=1 other.example A").output,
                HasSubstr("status: REFUSED"));
    EXPECT_THAT(run("dig @10.1.0.1 +time=1 +tries=1 demo.cluster AXFR").output,
                HasSubstr("Transfer failed"));
    EXPECT_THAT(run("dig @10.9.0.1 +time=1 +tries=1 demo.cluster SOA").output,
                HasSubstr("connection refused"));
}

TEST_F(DnsServiceDaemonTest, MayDoNothingButTakeItsPort) {
    ASSERT_TRUE(service_.apply(definition()));
    const sys::ProcessPrivileges seen = sys::privileges_of(pid());
    const std::uint64_t its_port = sys::capability_set({sys::Capability::net_bind_service});
    EXPECT_EQ(seen.user, ::getpwnam("bind")->pw_uid);
    EXPECT_EQ(seen.group, ::getpwnam("bind")->pw_gid);
    EXPECT_EQ(seen.other_groups, "");
    EXPECT_EQ(seen.permitted | its_port, its_port);
    EXPECT_EQ(seen.bounding, its_port);
    EXPECT_TRUE(seen.no_new_privileges);
    // What it must not change belongs to root.
    EXPECT_EQ(sys::stat(directory_ / "named").value().owner, 0U);
    EXPECT_EQ(sys::stat(directory_ / "named/work").value().owner, seen.user);
    EXPECT_EQ(dig("s01c1b01.demo.cluster A"), "10.1.1.11");
}

TEST_F(DnsServiceDaemonTest, AnswersAChangeAndReloadsNothingElse) {
    ASSERT_TRUE(service_.apply(definition()));
    const std::uint32_t first_pid = pid();
    const std::string first = serial();
    ASSERT_TRUE(service_.apply(definition()));
    EXPECT_EQ(serial(), first);
    EXPECT_EQ(reloads(), 0);

    cluster::Definition changed = definition();
    changed.blades.front().interfaces.front().address = address("10.1.1.77");
    const auto applied = service_.apply(changed);
    ASSERT_TRUE(applied) << to_string(applied.error());
    EXPECT_EQ(dig("s01c1b01.demo.cluster A"), "10.1.1.77");
    EXPECT_EQ(dig("-x 10.1.1.77"), "s01c1b01.demo.cluster.");
    EXPECT_EQ(dig("-x 10.1.1.11"), "");
    EXPECT_GT(std::stoul(serial()), std::stoul(first));
    EXPECT_EQ(reloads(), 1);
    EXPECT_EQ(pid(), first_pid);
    // Two zones of version 4, one of version 6, the domain's: none is left of the old ones.
    const auto names = sys::list_names(directory_ / "named").value();
    EXPECT_EQ(
        std::ranges::count_if(names, [](const std::string& n) { return n.ends_with(".zone"); }), 4);
}

TEST_F(DnsServiceDaemonTest, KeepsWhatIsInForceWhenTheCheckerRefuses) {
    ASSERT_TRUE(service_.apply(definition()));
    const std::string first = serial();
    cluster::Definition bad = definition();
    // The name server itself has no address any more.
    bad.servers.clear();
    const auto refused = service_.apply(bad);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("refused by /usr/bin/named-checkconf"));
    EXPECT_THAT(refused.error().message(), HasSubstr("demo.cluster"));
    EXPECT_EQ(serial(), first);
    EXPECT_EQ(dig("s01c1b01.demo.cluster A"), "10.1.1.11");
    ASSERT_TRUE(service_.apply(definition()));
    EXPECT_EQ(serial(), first);
    EXPECT_EQ(reloads(), 0);
}

TEST_F(DnsServiceDaemonTest, SaysThatItsUserHasNoWayToItsFiles) {
    ASSERT_TRUE(sys::chmod(directory_.path(), 0700));
    const auto applied = service_.apply(definition());
    ASSERT_FALSE(applied);
    EXPECT_THAT(to_string(applied.error()), HasSubstr("the user bind cannot reach"));
}

TEST_F(DnsServiceDaemonTest, SaysWhyItDoesNotAnswer) {
    DnsService service = make_service("10.8.0.1");
    const auto refused = service.apply(definition());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("10.8.0.1:53"));
}

TEST_F(DnsServiceDaemonTest, SurvivesUsAndIsAdopted) {
    ASSERT_TRUE(service_.apply(definition()));
    const std::uint32_t first = pid();
    const std::string first_serial = serial();
    supervisor_ = make_supervisor();
    DnsService next = make_service();
    ASSERT_TRUE(next.apply(definition()));
    EXPECT_EQ(pid(), first);
    EXPECT_EQ(serial(), first_serial);
    EXPECT_EQ(reloads(), 0);
}

TEST_F(DnsServiceDaemonTest, EndsWhenNobodyWantsIt) {
    ASSERT_TRUE(service_.apply(definition()));
    EXPECT_TRUE(service_.is_wanted());
    cluster::Definition without = definition();
    without.services.dns = cluster::DnsBackend::none;
    ASSERT_TRUE(service_.apply(without));
    EXPECT_FALSE(service_.is_wanted());
    EXPECT_FALSE(service_.status().is_running);
    EXPECT_THAT(run("dig @10.1.0.1 +time=1 +tries=1 demo.cluster SOA").output,
                HasSubstr("connection refused"));
    ASSERT_TRUE(service_.apply(definition()));
    EXPECT_EQ(dig("s01c1b01.demo.cluster A"), "10.1.1.11");
    EXPECT_TRUE(service_.stop());
}

}  // namespace
}  // namespace dim::server
