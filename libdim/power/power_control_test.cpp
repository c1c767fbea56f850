#include "libdim/power/power_control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::power {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A blade that obeys, or not.
class FakeBlade final : public BladePower {
public:
    explicit FakeBlade(PowerState state) : state_(state) {}
    std::string name() const override { return "bay 3"; }
    Result<PowerState> state() override {
        sys::sleep_for(answer_time);
        return state_;
    }
    Result<void> send(PowerCommand command) override {
        sent.push_back(command);
        if (is_stuck) return {};
        const bool is_on = command == PowerCommand::on || command == PowerCommand::reset;
        state_ = is_on ? PowerState::on : PowerState::off;
        return {};
    }

    std::vector<PowerCommand> sent;
    bool is_stuck = false;
    std::chrono::milliseconds answer_time{0};

private:
    PowerState state_;
};

Result<PowerChange> change(FakeBlade& blade, PowerAction action) {
    return change_power(blade, action, sys::Deadline::in(0ms));
}

TEST(ChangePower, ACommandWithoutEffectIsToldAsSuch) {
    FakeBlade blade(PowerState::on);
    blade.is_stuck = true;
    for (const PowerAction action : {PowerAction::off, PowerAction::soft_off, PowerAction::cycle}) {
        const auto done = change(blade, action);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code(), ErrorCode::timed_out);
        EXPECT_EQ(done.error().message(), "bay 3 took the command and is still on");
    }
    EXPECT_THAT(blade.sent,
                ElementsAre(PowerCommand::off, PowerCommand::soft_off, PowerCommand::off))
        << "a cycle whose first half failed goes no further";
}

TEST(ChangePower, OnlyABladeThatIsOnIsReset) {
    for (const PowerState state : {PowerState::off, PowerState::standby}) {
        FakeBlade blade(state);
        EXPECT_EQ(change(blade, PowerAction::reset).error().code(), ErrorCode::conflict);
        EXPECT_THAT(blade.sent, IsEmpty());
    }
    FakeBlade blade(PowerState::on);
    EXPECT_EQ(change(blade, PowerAction::reset), (PowerChange{PowerState::on, PowerState::on}));
}

TEST(ChangePower, ACycleIsOffAndOnUnlessItIsOff) {
    FakeBlade runs(PowerState::on);
    EXPECT_EQ(change(runs, PowerAction::cycle), (PowerChange{PowerState::on, PowerState::on}));
    EXPECT_THAT(runs.sent, ElementsAre(PowerCommand::off, PowerCommand::on));
    FakeBlade is_off(PowerState::off);
    EXPECT_EQ(change(is_off, PowerAction::cycle), (PowerChange{PowerState::off, PowerState::on}));
    EXPECT_THAT(is_off.sent, ElementsAre(PowerCommand::on));
}

TEST(ChangePower, TheTimeOfACommandIsTakenBehindTheQuestionBeforeIt) {
    FakeBlade blade(PowerState::off);
    blade.answer_time = 50ms;
    const std::int64_t begin = sys::boottime_us();
    const auto sent = send_action(blade, PowerAction::on, sys::Deadline::in(0ms));
    ASSERT_TRUE(sent);
    EXPECT_GE(sent->sent_us, begin + 50'000);
    EXPECT_EQ(sent->before, PowerState::off);
    EXPECT_EQ(sent->wanted, PowerState::on);
}

TEST(ChangePower, TheStatesBeforeAndAfterAreTold) {
    FakeBlade blade(PowerState::off);
    EXPECT_EQ(change(blade, PowerAction::on), (PowerChange{PowerState::off, PowerState::on}));
    EXPECT_EQ(change(blade, PowerAction::soft_off), (PowerChange{PowerState::on, PowerState::off}));
    EXPECT_EQ(change(blade, PowerAction::off), (PowerChange{PowerState::off, PowerState::off}));
}

}  // namespace
}  // namespace dim::power
