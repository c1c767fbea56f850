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

/// A machine whose type has several firmwares.
class EitherServerForPcs : public EitherServer {
protected:
    void SetUp() override {
        cluster::Definition made = definition(GetParam());
        made.blades.push_back({.name = render::samples::name("s01c1b01"),
                               .type = model::BladeType::x86_64_bios,
                               .mac = model::MacAddress::parse(kKnown).value(),
                               .server = render::samples::name("is01"),
                               .interfaces = {}});
        const auto applied = service_.apply(made, hosts("debian/1/x86_64-0123abcd/linux.efi"));
        ASSERT_TRUE(applied) << to_string(applied.error());
    }
    /// What it is given when it says of itself OPTIONS.
    static DhcpReply given(std::map<std::uint8_t, std::string> options) {
        DhcpClient client("wire0", model::MacAddress::parse(kKnown).value());
        client.say(std::move(options));
        const auto offer = client.discover();
        const auto reply =
            offer ? client.request(offer->address, address("10.1.0.1")) : std::nullopt;
        EXPECT_TRUE(reply.has_value());
        if (!reply) return {};
        EXPECT_EQ(reply->file, offer->file);
        EXPECT_EQ(reply->type, 5);
        EXPECT_EQ(to_string(reply->address), "10.1.0.11");
        return *reply;
    }
};

INSTANTIATE_TEST_SUITE_P(Both, EitherServerForPcs,
                         ::testing::Values(DhcpBackend::isc, DhcpBackend::kea),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST_P(EitherServerForPcs, GivesEachFirmwareWhatItCanLoad) {
    constexpr auto kPxe = "PXEClient:Arch:00000:UNDI:002001";
    const std::string by_http = "http://10.1.0.1/boot/debian/1/x86_64-0123abcd/";
    EXPECT_EQ(given({{93, "\0\x07"s}, {60, kPxe}}).file, "debian/1/x86_64-0123abcd/linux.efi");
    EXPECT_EQ(given({{93, "\0\x09"s}, {60, kPxe}}).file, "debian/1/x86_64-0123abcd/linux.efi");
    EXPECT_EQ(given({{93, "\0\0"s}, {60, kPxe}}).file, "undionly.kpxe");
    EXPECT_FALSE(given({{93, "\0\0"s}, {60, kPxe}}).options.contains(60));
    EXPECT_EQ(given({{93, "\0\0"s}, {60, kPxe}, {77, "iPXE"}}).file, by_http + "boot.ipxe");
    EXPECT_EQ(given({{93, "\0\x07"s}, {60, kPxe}, {77, "iPXE"}}).file, by_http + "boot.ipxe");
    const DhcpReply http = given({{93, "\0\x10"s}, {60, "HTTPClient:Arch:00016:UNDI:003001"}});
    EXPECT_EQ(http.file, by_http + "linux.efi");
    EXPECT_EQ(http.options.at(60), "HTTPClient");
    EXPECT_EQ(given({}).file, "") << "an operating system";
    EXPECT_THAT(events(), ::testing::Not(Contains(
                              ::testing::Field(&DhcpEvent::kind, DhcpEventKind::wrong_firmware))));
}

TEST_P(EitherServerForPcs, GivesAnotherFirmwareNoFileAndSaysSo) {
    const std::map<std::uint8_t, std::string> pxe{{93, "\0\x0b"s},
                                                  {60, "PXEClient:Arch:00011:UNDI:003000"}};
    // Neither iPXE on it, nor its HTTP, nor one that is in no table of ours.
    for (const auto& said : {pxe,
                             {{93, "\0\x0b"s}, {77, "iPXE"}},
                             {{93, "\0\x13"s}, {60, "HTTPClient:Arch:00019"}},
                             {{93, "\0\x06"s}}}) {
        DhcpClient client("wire0", model::MacAddress::parse(kKnown).value());
        client.say(said);
        const auto offer = client.discover();
        EXPECT_EQ(offer ? offer->file : "", "");
        EXPECT_EQ(offer.has_value(), GetParam() == DhcpBackend::isc) << "Kea can only drop it";
        const bool is_isc = GetParam() == DhcpBackend::isc;
        DhcpEvent wrong = event(DhcpEventKind::wrong_firmware, kKnown);
        if (is_isc) wrong.firmware = static_cast<std::uint8_t>(said.at(93)[1]);
        EXPECT_THAT(events(), Contains(wrong));
    }
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
