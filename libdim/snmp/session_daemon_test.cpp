#include "libdim/snmp/running_chassis.hpp"
#include "libdim/snmp/session.hpp"

#include <array>
#include <atomic>
#include <thread>

#include <gmock/gmock.h>

/// Against the agent of the emulated chassis, a process of its own.
namespace dim::snmp {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kCommunity = "community private";
constexpr const char* kUser = "user dim\nauth sha passphrase1\nprivacy des passphrase2";
const ObjectId kPowerStates{1, 3, 6, 1, 4, 1, 2, 3, 51, 2, 22, 1, 5, 1, 1, 4};

/// 14 objects below kPowerStates, of which the first is 1.
class SessionDaemonTest : public ::testing::Test {
protected:
    std::vector<ObjectId> all() const {
        std::vector<ObjectId> objects;
        for (std::uint32_t bay = 1; bay <= 14; ++bay)
            objects.push_back(kPowerStates.below({bay}));
        return objects;
    }
    static void expect_all(Session& session, const std::vector<ObjectId>& objects) {
        const auto values = session.get(objects);
        ASSERT_TRUE(values) << to_string(values.error());
        EXPECT_EQ(values->front(), Value(std::int32_t{1}));
        EXPECT_EQ(values->back(), Value(std::int32_t{0}));
    }
    static Error get_error(Result<Session> session) {
        if (!session) return session.error();
        return session->get(std::array{kPowerStates.below({1})}).error();
    }

    RunningChassis chassis{{"--user", "dim SHA passphrase1 DES passphrase2", "--bay", "1=js20,on",
                            "--reset-time", "50"}};
};

TEST_F(SessionDaemonTest, SilenceEndsInTime) {
    for (const char* credentials : {kCommunity, kUser}) {
        chassis.tell("silent off");
        auto session = chassis.open(credentials, 100ms).value();
        expect_all(session, all());
        chassis.tell("silent on");
        const auto error = session.get(all()).error();
        EXPECT_EQ(error.code(), ErrorCode::timed_out) << to_string(error);
        EXPECT_EQ(error.message(), chassis.address() + ": no answer to 1 request in 100 ms");
        EXPECT_THAT(error.cure(), HasSubstr("credentials"));
    }
}

TEST_F(SessionDaemonTest, APortWhereNobodyListensIsToldAsSuch) {
    // A port of the loopback that a chassis had, and has no more.
    std::optional<RunningChassis> gone(std::in_place, std::vector<std::string>());
    const AgentAddress address = AgentAddress::parse(gone->address()).value();
    gone.reset();
    for (const int retries : {0, 2}) {
        auto session = Session::open({.agent = address, .timeout = 50ms, .retries = retries},
                                     parse_credentials(kCommunity).value())
                           .value();
        for (int repeated = 0; repeated < 2; ++repeated) {
            const auto code = session.get(all()).error().code();
            EXPECT_TRUE(code == ErrorCode::unavailable || code == ErrorCode::timed_out);
        }
    }
}

TEST_F(SessionDaemonTest, ALostRequestIsSentAgain) {
    chassis.tell("silent on");
    auto session = Session::open({.agent = chassis.agent(), .timeout = 100ms, .retries = 100},
                                 parse_credentials(kCommunity).value())
                       .value();
    std::jthread asks([&] { expect_all(session, all()); });
    EXPECT_EQ(chassis.line(), "dropped");  // the first
    chassis.tell("silent off");
}

TEST_F(SessionDaemonTest, ASilentAgentKeepsNoOtherSessionWaiting) {
    const RunningChassis other(
        {"--user", "dim SHA passphrase1 DES passphrase2", "--bay", "1=js20,on"});
    chassis.tell("silent on");
    std::atomic<bool> has_given_up = false;
    std::jthread asks([&] {
        EXPECT_FALSE(chassis.open(kUser, 3s));
        has_given_up = true;
    });
    EXPECT_EQ(chassis.line(), "dropped");
    auto session = other.open(kUser).value();
    expect_all(session, all());
    EXPECT_FALSE(has_given_up) << "it was waited for";
}

TEST_F(SessionDaemonTest, AnAgentThatHasRestartedIsKnownAgain) {
    for (const char* credentials : {kCommunity, kUser}) {
        auto session = chassis.open(credentials).value();
        for (int repeated = 0; repeated < 2; ++repeated) {
            expect_all(session, all());
            chassis.tell("reset");
            EXPECT_EQ(chassis.line(), "module is back");
            expect_all(session, all());
        }
    }
}

TEST_F(SessionDaemonTest, AnAgentThatRefusesItsOwnTimeIsNotAskedForEver) {
    auto session = chassis.open(kUser).value();
    expect_all(session, all());
    chassis.tell("wrong-time");
    EXPECT_THAT(session.get(all()).error().message(), HasSubstr("Not in time window"));
}

TEST_F(SessionDaemonTest, AWrongCommunityGetsNoAnswer) {
    EXPECT_EQ(get_error(chassis.open("community wrong", 50ms)).code(), ErrorCode::timed_out);
}

TEST_F(SessionDaemonTest, AWrongUserIsRefused) {
    for (const char* wrong : {"user dim\nauth sha passphrase9\nprivacy des passphrase2",
                              "user nobody\nauth sha passphrase1\nprivacy des passphrase2"}) {
        const Error error = get_error(chassis.open(wrong));
        EXPECT_EQ(error.code(), ErrorCode::permission_denied) << wrong << ": " << to_string(error);
    }
}

TEST_F(SessionDaemonTest, ASlowAgentIsWaitedFor) {
    chassis.tell("slow 300");
    auto session = chassis.open().value();
    expect_all(session, all());
}

TEST_F(SessionDaemonTest, WhatAnAgentIsSlowAboutGetsMoreTime) {
    auto session = chassis.open(kCommunity, 100ms).value();
    const std::array one{kPowerStates.below({1})};
    EXPECT_TRUE(session.get(one));
    chassis.tell("slow 600");
    EXPECT_EQ(session.get(one).error().code(), ErrorCode::timed_out);
    EXPECT_EQ(session.set_timeout(20s), 100ms);
    EXPECT_TRUE(session.get(one));
    EXPECT_EQ(session.set_timeout(100ms), 20s);
    EXPECT_EQ(session.get(one).error().code(), ErrorCode::timed_out);
}

TEST_F(SessionDaemonTest, WhatIsTooBigIsAskedInPieces) {
    for (const char* credentials : {kCommunity, kUser}) {
        for (const char* limit : {"too-big 5", "too-big 1"}) {
            chassis.tell(limit);
            auto session = chassis.open(credentials).value();
            expect_all(session, all());
            expect_all(session, all());
        }
    }
}

TEST_F(SessionDaemonTest, ObjectsThatAreNotThereAreAbsentAmongOthers) {
    for (const char* credentials : {kCommunity, kUser}) {
        auto session = chassis.open(credentials).value();
        std::vector<ObjectId> asked = all();
        asked.insert(asked.begin() + 1, {kPowerStates.below({15}), kPowerStates.below({0})});
        const auto values = session.get(asked).value();
        EXPECT_FALSE(values[1]);
        EXPECT_FALSE(values[2]);
        expect_all(session, asked);
    }
}

TEST_F(SessionDaemonTest, WhatCannotBeWrittenIsNotFound) {
    for (const char* credentials : {kCommunity, kUser}) {
        auto session = chassis.open(credentials).value();
        EXPECT_EQ(session.set(kPowerStates.below({1}), std::int32_t{0}).error().code(),
                  ErrorCode::not_found);
    }
}

TEST_F(SessionDaemonTest, AWalkHasAllBelowAndNoMoreThanItsLimit) {
    for (const char* credentials : {kCommunity, kUser}) {
        auto session = chassis.open(credentials).value();
        EXPECT_EQ(session.walk(kPowerStates, 13).error().code(), ErrorCode::limit_exceeded);
        const auto found = session.walk(kPowerStates, 14).value();
        ASSERT_EQ(found.size(), 14U);
        EXPECT_EQ(found.front().object, kPowerStates.below({1}));
        EXPECT_TRUE(session.walk({2, 5}, 1).value().empty());
    }
}

TEST_F(SessionDaemonTest, SessionsOfManyThreadsDoNotDisturbEachOther) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([this, i] {
            auto session = chassis.open(i % 2 == 0 ? kCommunity : kUser).value();
            for (int repeated = 0; repeated < 10; ++repeated)
                expect_all(session, all());
        });
    }
}

}  // namespace
}  // namespace dim::snmp
