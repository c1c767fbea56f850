#include "imageserver/dhcp/dhcp_service_fixture.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/process_privileges_for_tests.hpp"

#include <pwd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What the servers answer.
namespace dim::server {
namespace {

using namespace std::string_literals;
using cluster::DhcpBackend;
using ::testing::Contains;

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

TEST_P(EitherServer, MayDoNothingButTakeItsPortAndSendPackets) {
    // As a daemon left it that did not confine its services.
    const std::string work =
        directory_ / (GetParam() == DhcpBackend::isc ? "dhcpd/work" : "kea/work");
    const std::string left =
        work + (GetParam() == DhcpBackend::isc ? "/dhcpd.leases" : "/logger_lockfile");
    ASSERT_TRUE(sys::ensure_directory(work));
    ASSERT_TRUE(sys::open(left, O_WRONLY | O_CREAT, 0644));

    ASSERT_NO_FATAL_FAILURE(expect_applied());
    const sys::ProcessPrivileges seen = sys::privileges_of(pid());
    const std::uint64_t allowed =
        sys::capability_set({sys::Capability::net_bind_service, sys::Capability::net_raw});
    EXPECT_EQ(seen.user, ::getpwnam("_kea")->pw_uid);
    EXPECT_EQ(seen.group, ::getpwnam("_kea")->pw_gid);
    EXPECT_EQ(seen.other_groups, "");
    EXPECT_EQ(seen.bounding, allowed);
    EXPECT_EQ(seen.permitted & ~allowed, 0U);
    EXPECT_TRUE(seen.no_new_privileges);
    EXPECT_EQ(sys::stat(work).value().owner, seen.user);
    EXPECT_EQ(sys::stat(left).value().owner, seen.user);
    EXPECT_EQ(sys::stat(directory_ / "dhcpd").value().owner, 0U);
    EXPECT_TRUE(boot(kKnown).has_value());
}

TEST_P(EitherServer, ListensOnTheBootnetOnly) {
    ASSERT_NO_FATAL_FAILURE(expect_applied());
    EXPECT_EQ(boot(kKnown, "wire1"), std::nullopt);
    EXPECT_TRUE(events().empty());
    // It is the place that is wrong, not the question.
    ASSERT_TRUE(boot(kKnown, "wire0").has_value());
    EXPECT_FALSE(events().empty());
}

}  // namespace
}  // namespace dim::server
