#include "imageserver/service/configuration_record.hpp"
#include "imageserver/service/configured_service.hpp"
#include "imageserver/service/fake_service_control.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/failing_writes.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Outcome = ConfiguredService::Outcome;

class ConfiguredServiceTest : public ::testing::Test {
protected:
    ConfiguredServiceTest() {
        control_.on_load = [this] { loaded_ = main(); };
    }

    /// As after a start of the daemon.
    std::unique_ptr<ConfiguredService> make() {
        return std::make_unique<ConfiguredService>(
            control_,
            ConfiguredService::Settings{.service = {.name = "cookd",
                                                    .arguments = {"/usr/sbin/cookd"},
                                                    .log_file = directory_ / "cookd.log",
                                                    .ready_text = {},
                                                    .probe = {},
                                                    .explain = {}},
                                        .directory = directory_.path(),
                                        .checker = [](std::span<const std::string> candidates) {
                                            // Refuses whatever has a fish in it.
                                            return std::vector<std::string>{
                                                "/bin/sh", "-c", "cat \"$1\"; ! grep fish \"$1\"",
                                                "sh", candidates.front()};
                                        }});
    }
    Result<Outcome> apply(const std::string& bytes, const std::string& second = "salt") {
        const std::vector<ConfigFile> files{
            {.path = directory_ / "main.conf", .bytes = bytes},
            {.path = directory_ / "more.conf", .bytes = second, .mode = 0600}};
        return service_->apply(files);
    }
    std::string main() { return sys::read_file(directory_ / "main.conf").value_or("(none)"); }
    std::string more() { return sys::read_file(directory_ / "more.conf").value_or("(none)"); }
    Result<void> broken() { return fail(ErrorCode::unavailable, "cookd ended: burnt"); }

    testing::TemporaryDirectory directory_;
    FakeServiceControl control_;
    std::string loaded_;  ///< the main file's bytes when the service last loaded
    std::string record_;
    std::unique_ptr<ConfiguredService> service_ = make();
};

TEST_F(ConfiguredServiceTest, ChangesNothingWhenTheCheckerRefuses) {
    ASSERT_TRUE(apply("soup"));
    control_.calls.clear();
    const auto refused = apply("fish");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_input);
    EXPECT_THAT(refused.error().message(), HasSubstr("cookd: the new configuration is refused by"));
    EXPECT_THAT(refused.error().message(), HasSubstr("fish"));
    EXPECT_EQ(main(), "soup");
    EXPECT_THAT(control_.calls, IsEmpty());
    EXPECT_THAT(service_->status().cause.value(), HasSubstr("refused"));
    EXPECT_TRUE(service_->status().is_running);
    EXPECT_THAT(sys::list_names(directory_.path()).value(),
                ElementsAre("last-good.json", "main.conf", "more.conf"));
    ASSERT_TRUE(apply("soup"));
    EXPECT_EQ(service_->status().cause, std::nullopt);
}

// Each write fails once.
TEST_F(ConfiguredServiceTest, GoesOnWithWhatItHasOnAFullDisk) {
    ASSERT_TRUE(apply("soup"));
    int failed = 1;
    for (int skipped = 0; failed != 0; ++skipped) {
        SCOPED_TRACE(skipped);
        ASSERT_LT(skipped, 50);
        const std::string before = loaded_;
        const std::string next = "stew " + std::to_string(skipped);
        Result<Outcome> applied;
        {
            const testing::FailingWrites failing(directory_.path(), ENOSPC, skipped, 1);
            applied = apply(next);
            failed = testing::FailingWrites::failed();
        }
        EXPECT_EQ(loaded_, applied ? next : before) << "what it runs with is what was told";
        EXPECT_EQ(main(), loaded_);
        EXPECT_TRUE(service_->status().is_running);
        service_ = make();
        EXPECT_TRUE(apply(next)) << "there is room again";
        EXPECT_EQ(loaded_, next);
    }
}

TEST_F(ConfiguredServiceTest, RunsWithWhatItTookLastWhenTheCheckerRefusesAfterAStart) {
    ASSERT_TRUE(apply("soup"));
    // The server was switched off and on.
    control_.running.clear();
    control_.calls.clear();
    loaded_.clear();
    service_ = make();
    const auto refused = apply("fish");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("is refused by"));
    EXPECT_THAT(control_.calls, ElementsAre("start cookd"));
    EXPECT_EQ(loaded_, "soup");
    EXPECT_TRUE(service_->status().is_running);
    EXPECT_THAT(service_->status().cause.value(), HasSubstr("refused"));
    // A second try finds it running.
    EXPECT_FALSE(apply("fish"));
    EXPECT_THAT(control_.calls, ElementsAre("start cookd"));
}

TEST_F(ConfiguredServiceTest, HasNothingToGoBackToOnceItIsForgotten) {
    ASSERT_TRUE(service_->forget()) << "nothing is no error";
    ASSERT_TRUE(apply("soup"));
    ASSERT_TRUE(service_->forget());
    control_.running.clear();
    control_.calls.clear();
    EXPECT_FALSE(apply("fish"));
    EXPECT_THAT(control_.calls, IsEmpty());
    EXPECT_EQ(apply("soup").value(), Outcome::loaded);
}

TEST_F(ConfiguredServiceTest, TakesOverAPredecessorsProcessWhenTheCheckerRefuses) {
    ASSERT_TRUE(apply("soup"));
    control_.running.clear();
    control_.left_by_predecessor = true;
    control_.calls.clear();
    loaded_.clear();
    service_ = make();
    EXPECT_FALSE(apply("fish"));
    EXPECT_THAT(control_.calls, ElementsAre("start cookd"));
    EXPECT_EQ(loaded_, "") << "it was left in peace";
    EXPECT_TRUE(service_->status().is_running);
}

TEST_F(ConfiguredServiceTest, SaysWhenNotEvenWhatItTookLastRuns) {
    ASSERT_TRUE(apply("soup"));
    control_.running.clear();
    control_.outcomes = {broken()};
    service_ = make();
    EXPECT_THAT(apply("fish").error().message(), HasSubstr("with the previous one: cookd ended"));
}

TEST_F(ConfiguredServiceTest, SaysThatThereIsNoChecker) {
    ConfiguredService service(
        control_, {.service = {.name = "cookd", .arguments = {"/usr/sbin/cookd"}},
                   .directory = directory_.path(),
                   .checker = [](auto) { return std::vector<std::string>{"/nonexistent/check"}; }});
    const std::vector<ConfigFile> files{{.path = directory_ / "main.conf", .bytes = "soup"}};
    EXPECT_THAT(service.apply(files).error().message(), HasSubstr("/nonexistent/check"));
    EXPECT_EQ(main(), "(none)");
}

TEST_F(ConfiguredServiceTest, RollsBackWhatTheServiceDoesNotTake) {
    ASSERT_TRUE(apply("soup", "salt"));
    control_.outcomes = {broken()};
    const auto refused = apply("stew", "pepper");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(),
                HasSubstr("cookd: cookd ended: burnt; the previous configuration is in force"));
    EXPECT_EQ(main(), "soup");
    EXPECT_EQ(more(), "salt");
    EXPECT_EQ(loaded_, "soup");
    EXPECT_EQ(apply("soup").value(), Outcome::unchanged);
    EXPECT_EQ(apply("stew").value(), Outcome::loaded);
}

TEST_F(ConfiguredServiceTest, SaysWhenThereIsNoWayBack) {
    ASSERT_TRUE(apply("soup"));
    control_.outcomes = {broken(), broken()};
    EXPECT_THAT(apply("stew").error().message(), HasSubstr("could not be put back: cookd ended"));
    // Not knowing what is loaded, the next attempt loads, even the same bytes.
    control_.calls.clear();
    EXPECT_EQ(apply("soup").value(), Outcome::loaded);
    EXPECT_THAT(control_.calls, ElementsAre("reload cookd"));
}

TEST_F(ConfiguredServiceTest, LeavesAFirstConfigurationToBeRetried) {
    control_.outcomes = {broken(), broken()};
    const auto refused = apply("soup");
    ASSERT_FALSE(refused);
    EXPECT_EQ(main(), "soup");
    EXPECT_THAT(control_.calls, ::testing::Not(::testing::Contains("stop cookd")));
    EXPECT_EQ(apply("soup").value(), Outcome::loaded);
}

TEST_F(ConfiguredServiceTest, LoadsOnlyWhatChanged) {
    EXPECT_EQ(apply("soup").value(), Outcome::loaded);
    EXPECT_EQ(apply("soup").value(), Outcome::unchanged);
    EXPECT_THAT(control_.calls, ElementsAre("start cookd", "start cookd"));
    control_.calls.clear();
    EXPECT_EQ(apply("stew").value(), Outcome::loaded);
    EXPECT_EQ(loaded_, "stew");
    EXPECT_THAT(control_.calls, ElementsAre("reload cookd"));
    EXPECT_EQ(sys::stat(directory_ / "more.conf").value().mode & 07777, 0600U);
}

TEST_F(ConfiguredServiceTest, KeepsAPredecessorsServiceThatHasTheSameBytes) {
    ASSERT_TRUE(apply("soup"));
    control_.running.clear();
    control_.left_by_predecessor = true;
    service_ = make();
    loaded_.clear();
    ASSERT_TRUE(apply("soup"));
    EXPECT_EQ(loaded_, "");
}

TEST_F(ConfiguredServiceTest, ReloadsAPredecessorsServiceThatHasOtherBytes) {
    ASSERT_TRUE(apply("soup"));
    control_.running.clear();
    control_.left_by_predecessor = true;
    service_ = make();
    EXPECT_EQ(apply("stew").value(), Outcome::loaded);
    EXPECT_EQ(loaded_, "stew");
    EXPECT_EQ(control_.calls.back(), "reload cookd");
}

TEST_F(ConfiguredServiceTest, ReloadsWhatAPredecessorWasKilledLoading) {
    ASSERT_TRUE(apply("soup"));
    // Killed after the service had loaded the new bytes, before that was recorded.
    control_.on_load = [this] { record_ = sys::read_file(directory_ / "last-good.json").value(); };
    ASSERT_TRUE(apply("stew"));
    ASSERT_TRUE(sys::write_file_atomically(directory_ / "last-good.json", record_));
    EXPECT_FALSE(parse_configuration_record(record_).value().is_loaded);
    control_.running.clear();
    control_.left_by_predecessor = true;
    service_ = make();
    control_.calls.clear();
    EXPECT_EQ(apply("soup").value(), Outcome::loaded);
    EXPECT_EQ(control_.calls.back(), "reload cookd");
    EXPECT_EQ(main(), "soup");
}

TEST_F(ConfiguredServiceTest, PutsBackAFileThatSomebodyChanged) {
    ASSERT_TRUE(apply("soup"));
    ASSERT_TRUE(sys::unlink(directory_ / "main.conf"));
    ASSERT_TRUE(apply("soup"));
    EXPECT_EQ(main(), "soup");
}

TEST_F(ConfiguredServiceTest, StartsAgainAfterItsRecordWasDamaged) {
    ASSERT_TRUE(apply("soup"));
    ASSERT_TRUE(sys::write_file_atomically(directory_ / "last-good.json", "[[["));
    EXPECT_EQ(apply("soup").value(), Outcome::loaded);
    EXPECT_EQ(apply("soup").value(), Outcome::unchanged);
}

}  // namespace
}  // namespace dim::server
