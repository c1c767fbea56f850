#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/chassis/chassis_knowledge.hpp"
#include "imageserver/chassis/sample_chassis.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::at;

class ChassisKnowledgeTest : public ::testing::Test {
protected:
    ChassisKnowledgeTest() { EXPECT_TRUE(knowledge.follow({module, other})); }
    api::ChassisStatus said(const std::string& power) const {
        return {.module = module,
                .health = "normal",
                .bays = {{.bay = 3, .blade = samples::name("s01c1b03"), .power = power}}};
    }
    bool hear(const std::string& power, double now) {
        const auto noted = knowledge.note_answer(said(power), at(now));
        EXPECT_TRUE(noted);
        return noted && *noted;
    }
    api::ChassisStatus status(Moment now) { return knowledge.statuses(now).front(); }

    model::ComponentName module = samples::name("s01c1mm");
    model::ComponentName other = samples::name("s01c2mm");
    TestDatabase database{{kChassisMigration}};
    ChassisKnowledge knowledge{database.get()};
};

TEST_F(ChassisKnowledgeTest, IsNothingBeforeAnybodyAnswered) {
    EXPECT_EQ(knowledge.statuses(at(5)),
              (std::vector<api::ChassisStatus>{{.module = module}, {.module = other}}));
    EXPECT_TRUE(knowledge.seen_off().empty());
}

TEST_F(ChassisKnowledgeTest, HasAnAge) {
    EXPECT_TRUE(hear("on", 10));
    EXPECT_FALSE(hear("on", 20)) << "nothing new";
    EXPECT_EQ(status(at(32)).age_seconds, 12.0);
    EXPECT_EQ(status(at(32)).answered, at(20));
    EXPECT_EQ(status(at(32)).bays.front().power_since, at(10));
}

TEST_F(ChassisKnowledgeTest, KnowsSinceWhenABladeIsOff) {
    hear("on", 10);
    EXPECT_TRUE(knowledge.seen_off().empty());
    EXPECT_TRUE(hear("off", 70));
    hear("off", 130);
    EXPECT_EQ(knowledge.seen_off().at(samples::name("s01c1b03")),
              (SeenOff{at(70), at(130).uptime_us}));
}

TEST_F(ChassisKnowledgeTest, OfASilentModuleStaysWithWhatIsWrong) {
    hear("off", 10);
    const Error silent = Error(ErrorCode::timed_out, "no answer").with_cure("look at it");
    EXPECT_TRUE(knowledge.note_problem(module, silent));
    EXPECT_FALSE(knowledge.note_problem(module, silent));
    EXPECT_EQ(status(at(70)).problem, "no answer");
    EXPECT_EQ(status(at(70)).cure, "look at it");
    EXPECT_EQ(status(at(70)).age_seconds, 60.0);
    EXPECT_EQ(status(at(70)).bays.size(), 1u);
    EXPECT_TRUE(hear("off", 130));
    EXPECT_EQ(status(at(130)).problem, std::nullopt);
}

TEST_F(ChassisKnowledgeTest, OutlivesTheDaemonWithItsAge) {
    hear("off", 10);
    database.reopen();
    ChassisKnowledge next(database.get());
    Moment later = at(40);
    later.uptime_us = 1'000'000;  // the server was booted again
    ASSERT_TRUE(next.load(later));
    ASSERT_TRUE(next.follow({module}));
    ASSERT_EQ(next.statuses(later).size(), 1u);
    EXPECT_EQ(next.statuses(later).front().age_seconds, 30.0);
    EXPECT_EQ(next.seen_off().at(samples::name("s01c1b03")),
              (SeenOff{at(10), later.uptime_us - 30'000'000}));
    ASSERT_TRUE(next.follow({other})) << "the definition has changed";
    database.reopen();
    ChassisKnowledge last(database.get());
    ASSERT_TRUE(last.load(later));
    EXPECT_TRUE(last.statuses(later).empty());
}

TEST_F(ChassisKnowledgeTest, TakesNoAnswerOfAModuleThatIsGone) {
    ASSERT_TRUE(knowledge.follow({other}));
    EXPECT_FALSE(hear("off", 10));
    EXPECT_FALSE(knowledge.note_problem(module, Error(ErrorCode::timed_out, "x")));
    EXPECT_EQ(knowledge.statuses(at(10)).size(), 1u);
}

}  // namespace
}  // namespace dim::server
