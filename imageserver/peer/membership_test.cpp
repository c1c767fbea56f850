#include "imageserver/peer/join_token.hpp"
#include "imageserver/peer/member_gate.hpp"
#include "imageserver/peer/peer_fixture.hpp"
#include "libdim/http/client.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/socket_pair.hpp"
#include "libdim/tls/key_pair.hpp"

#include <array>
#include <thread>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using dim::testing::value_of;
using samples::PeerServer;
using samples::server_name;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

sys::Deadline soon() { return sys::Deadline::in(std::chrono::seconds(10)); }

api::JoinRequest request_of(const std::string& token, const std::string& server) {
    tls::Random random = tls::Random::create().value();
    const auto key = value_of(tls::make_private_key(random));
    return {.server = server_name(server),
            .secret = value_of(JoinToken::parse(token)).secret,
            .public_key = value_of(tls::public_key_of(key)),
            .listening = {model::Ipv4Address(), 7444}};
}

/// What MEMBER answers who comes over the channel.
std::string ask(PeerServer& management, const model::ComponentName& member) {
    PeerConnection connection = value_of(management.membership.connect(member, soon()));
    http::Client client(std::move(connection.stream));
    return value_of(client.exchange({.target = "/"}, soon())).body;
}

struct TwoServers : ::testing::Test {
    PeerServer is01{"is01"};
    PeerServer is02{"is02"};
    const model::ComponentName is03_name = server_name("is03");
};

TEST_F(TwoServers, AMemberDoesWhatItsManagementNodeAsksAndNobodyElse) {
    EXPECT_EQ(value_of(is02.join(is01)), is01.name());
    EXPECT_EQ(ask(is01, is02.name()), "my management node");
    // Another member has a certificate of the same authority, too.
    PeerServer is03("is03");
    value_of(is03.join(is01));
    value_of(is03.database.get().transaction([&](Transaction& transaction) {
        const Member member = value_of(PeerRecords(is01.database.get()).member(is02.name()));
        return transaction.execute("INSERT INTO peer_member VALUES (?1, ?2, ?3, ?4, 1)",
                                   to_string(member.name), member.endpoint.address.value(),
                                   member.endpoint.port, member.fingerprint);
    }));
    EXPECT_EQ(ask(is03, is02.name()), "a stranger");
    value_of(PeerRecords(is03.database.get()).remove(is02.name()));
    EXPECT_THAT(value_of(is01.membership.servers()).servers,
                ElementsAre(Field(&api::ServerSummary::state, "here"),
                            Field(&api::ServerSummary::state, "member"),
                            Field(&api::ServerSummary::state, "member")));
    EXPECT_THAT(value_of(is02.membership.servers()).servers,
                ElementsAre(Field(&api::ServerSummary::state, "management"),
                            Field(&api::ServerSummary::state, "here"),
                            Field(&api::ServerSummary::state, "alone")));
}

TEST_F(TwoServers, ATokenIsGoodOnceForItsServerForAnHour) {
    const auto token = value_of(is01.membership.invite(is02.name())).token;
    const auto admit = [&](const std::string& text, const std::string& server) {
        return is01.membership.admit(request_of(text, server), model::Ipv4Address());
    };
    EXPECT_EQ(admit(token, "is03").error().code(), ErrorCode::permission_denied);
    EXPECT_TRUE(admit(token, "is02"));
    EXPECT_EQ(admit(token, "is02").error().code(), ErrorCode::permission_denied) << "it was used";
    const auto late = value_of(is01.membership.invite(is02.name())).token;
    is01.clock.pass(std::chrono::hours(1));
    EXPECT_EQ(admit(late, "is02").error().code(), ErrorCode::permission_denied);
    const auto first = value_of(is01.membership.invite(is02.name())).token;
    EXPECT_TRUE(admit(value_of(is01.membership.invite(is02.name())).token, "is02"));
    EXPECT_FALSE(admit(first, "is02")) << "another one took its place";
}

TEST_F(TwoServers, OnlyTheManagementNodeOfTheDefinitionIsJoined) {
    std::string named(samples::kThreeServers);
    named.replace(named.find("name="), 5, "management=\"is01\" name=");
    const auto before = value_of(is02.membership.invite(is03_name)).token;
    is02.define(named);
    const auto refused = is02.membership.invite(is03_name);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("names is01 as the management node"));
    const auto late = is02.membership.admit(request_of(before, "is03"), model::Ipv4Address());
    EXPECT_EQ(late.error().code(), ErrorCode::conflict) << "invited before";
    PeerServer is03("is03");
    is03.define(named);
    EXPECT_EQ(is03.membership.join({.token = before, .management = {model::Ipv4Address(), 7444}})
                  .error()
                  .code(),
              ErrorCode::conflict);
    is01.define(named);
    EXPECT_EQ(value_of(is03.join(is01)), is01.name());
}

TEST_F(TwoServers, WhoIsNoServerOfTheDefinitionIsNotInvited) {
    EXPECT_EQ(is01.membership.invite(server_name("is09")).error().code(), ErrorCode::not_found);
    EXPECT_EQ(is01.membership.invite(is01.name()).error().code(), ErrorCode::conflict);
    EXPECT_FALSE(value_of(is01.membership.server_settings())) << "nobody was invited";
}

TEST_F(TwoServers, WhoDoesNotListenYetSaysSo) {
    is01.can_listen = false;
    EXPECT_EQ(is01.membership.invite(is02.name()).error().message(), "the port is taken");
    is01.can_listen = true;
    is02.can_listen = false;
    const auto joined = is02.join(is01);
    ASSERT_FALSE(joined);
    EXPECT_EQ(joined.error().code(), ErrorCode::unavailable);
    EXPECT_THAT(joined.error().message(), HasSubstr("has joined all the same: the port is taken"));
    EXPECT_TRUE(value_of(is02.membership.server_settings())) << "it is shown when it can be";
}

TEST_F(TwoServers, JoiningAnotherNeedsATokenOfThatOne) {
    const auto nonsense = is02.membership.join({"is01.secret.authority", is01.endpoint()});
    EXPECT_EQ(nonsense.error().code(), ErrorCode::invalid_input);
    value_of(is01.membership.invite(is02.name()));
    is01.listen();
    // Somebody else's token: who answers does not have that authority's certificate.
    PeerServer is03("is03");
    const auto foreign = value_of(is03.membership.invite(is02.name())).token;
    EXPECT_EQ(is02.membership.join({foreign, is01.endpoint()}).error().code(),
              ErrorCode::permission_denied);
    EXPECT_FALSE(value_of(is02.membership.server_settings())) << "nothing has changed";
}

TEST_F(TwoServers, AServerThatOthersHaveJoinedJoinsNobody) {
    value_of(is02.join(is01));
    const auto token = is02.membership.invite(is01.name());
    EXPECT_EQ(token.error().code(), ErrorCode::conflict) << "a member invites nobody";
    PeerServer is03("is03");
    const auto other = value_of(is03.membership.invite(is01.name())).token;
    is03.listen();
    EXPECT_EQ(is01.membership.join({other, is03.endpoint()}).error().code(), ErrorCode::conflict);
}

TEST_F(TwoServers, WhoWasRemovedIsToldAndForgotten) {
    value_of(is02.join(is01));
    EXPECT_EQ(value_of(is01.membership.remove(is02.name())), "is02 is no member any more");
    EXPECT_FALSE(is01.membership.connect(is02.name(), soon()));
    EXPECT_FALSE(value_of(is02.membership.server_settings()));
    EXPECT_EQ(is02.membership.leave().error().code(), ErrorCode::conflict);
    EXPECT_EQ(is01.membership.remove(is02.name()).error().code(), ErrorCode::not_found);
    value_of(is02.join(is01));
    EXPECT_EQ(ask(is01, is02.name()), "my management node");
}

TEST_F(TwoServers, WhoCouldNotLeaveIsNotSaidToHave) {
    value_of(is02.join(is01));
    is02.can_leave = false;
    EXPECT_THAT(value_of(is01.membership.remove(is02.name())), HasSubstr("it was not told"));
}

TEST_F(TwoServers, ATokenGoesWithTheServer) {
    const auto token = value_of(is01.membership.invite(is02.name())).token;
    EXPECT_TRUE(is01.membership.remove(is02.name())) << "it has not joined yet, but could";
    EXPECT_EQ(is01.membership.admit(request_of(token, "is02"), model::Ipv4Address()).error().code(),
              ErrorCode::permission_denied);
}

TEST_F(TwoServers, AManagementNodeWithoutMembersBeginsAnew) {
    value_of(is02.join(is01));
    EXPECT_EQ(is01.membership.leave().error().code(), ErrorCode::conflict);
    value_of(is01.membership.remove(is02.name()));
    value_of(is01.membership.leave());
    EXPECT_FALSE(value_of(is01.membership.server_settings()));
    EXPECT_EQ(value_of(is01.membership.servers()).servers.front().state, "here");
}

TEST_F(TwoServers, FirstTokensAtTheSameTimeAreOfOneAuthority) {
    std::array<std::string, 2> tokens;
    {
        std::jthread one([&] { tokens[0] = value_of(is01.membership.invite(is02.name())).token; });
        std::jthread two(
            [&] { tokens[1] = value_of(is01.membership.invite(server_name("is03"))).token; });
    }
    EXPECT_EQ(value_of(JoinToken::parse(tokens[0])).authority_pem,
              value_of(JoinToken::parse(tokens[1])).authority_pem);
    EXPECT_TRUE(is01.membership.admit(request_of(tokens[0], "is02"), model::Ipv4Address()));
    EXPECT_TRUE(is01.membership.admit(request_of(tokens[1], "is03"), model::Ipv4Address()));
}

TEST_F(TwoServers, AMemberThatIsNotInTheDefinitionAnyMoreIsListed) {
    value_of(is02.join(is01));
    is01.define(samples::kOneServer);
    const auto list = value_of(is01.membership.servers()).servers;
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list.back().name, is02.name());
}

TEST_F(TwoServers, AMemberThatHasLeftObeysNoMore) {
    value_of(is02.join(is01));
    value_of(is02.membership.leave());
    EXPECT_EQ(ask(is01, is02.name()), "a stranger");
    EXPECT_THAT(value_of(is01.membership.remove(is02.name())), HasSubstr("no member any more"));
}

TEST_F(TwoServers, ACertificateOfBeforeItJoinedAnewIsNotGoodAnyMore) {
    value_of(is02.join(is01));
    // Somebody has the old key of is02, and answers in its place.
    const auto token = value_of(is01.membership.invite(is02.name())).token;
    value_of(is01.membership.admit(request_of(token, "is02"), is02.endpoint().address));
    is01.moved(is02.name(), is02.endpoint());
    const auto connection = is01.membership.connect(is02.name(), soon());
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code(), ErrorCode::permission_denied);
}

TEST_F(TwoServers, WhatBelongsTogetherSurvivesTheDaemonsEnd) {
    value_of(is02.join(is01));
    tls::Random random = tls::Random::create().value();
    const Roster roster =
        Roster::create(is02.name(), *cluster::parse_cluster(samples::kThreeServers, "x")).value();
    Membership again({.cluster = "demo", .listening = {}}, is02.database.get(), random, roster,
                     is02.clock);
    value_of(again.load());
    const auto& known = value_of(PeerRecords(is02.database.get()).identity());
    EXPECT_TRUE(again.is_management(tls::PeerCertificate{"is01", known->management->fingerprint}));
    EXPECT_FALSE(again.is_management(tls::PeerCertificate{"is01", ""}));
    EXPECT_FALSE(again.is_management(tls::PeerCertificate{"is01", std::string(64, 'a')}));
    EXPECT_FALSE(again.is_management(std::nullopt));
}

/// A gate with somebody at it.
struct AtTheGate : TwoServers {
    AtTheGate() {
        value_of(is02.join(is01));
        auto [ours, theirs] = value_of(sys::socket_pair());
        value_of(sys::set_nonblocking(ours));
        value_of(sys::set_nonblocking(theirs));
        asker = std::move(ours);
        serving = std::thread([this, socket = std::move(theirs)] { gate.serve(socket); });
    }
    ~AtTheGate() override {
        asker.reset();
        stop.write_end.reset();
        serving.join();
    }
    std::string say(const std::string& text) {
        value_of(sys::send_all(asker, text, soon()));
        std::array<char, 4096> buffer;
        const auto count = value_of(sys::receive(asker, buffer, soon()));
        return {buffer.data(), count};
    }

    sys::Fd asker;
    sys::Pipe stop = sys::pipe().value();
    MemberGate gate{is01.membership, stop.read_end};
    std::thread serving;
};

TEST_F(AtTheGate, BytesGoToTheMemberAndBack) {
    EXPECT_EQ(say("is02\n"), "ok\n");
    EXPECT_THAT(say("GET / HTTP/1.1\r\nHost: dim\r\n\r\n"), HasSubstr("my management node"));
    EXPECT_THAT(say("GET / HTTP/1.1\r\nHost: dim\r\n\r\n"), HasSubstr("my management node"));
}

TEST_F(AtTheGate, WhoIsNoMemberIsNamed) {
    const auto problem = value_of(api::parse<api::Problem>(say("is03\n")));
    EXPECT_EQ(problem.detail, "is03: is03 has not joined this server");
}

TEST_F(AtTheGate, WhatIsCarriedEndsWithTheDaemon) {
    EXPECT_EQ(say("is02\n"), "ok\n");
    stop.write_end.reset();
    std::array<char, 1> buffer;
    EXPECT_EQ(value_of(sys::receive(asker, buffer, soon())), 0U);
}

}  // namespace
}  // namespace dim::server
