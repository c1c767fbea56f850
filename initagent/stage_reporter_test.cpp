#include "initagent/stage_reporter.hpp"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

/// Takes everything and answers nothing.
class Recorder final : public http::ByteStream {
public:
    explicit Recorder(std::string& received) : received_(received) {}
    Result<std::size_t> read(std::span<char>, const sys::Deadline&) override { return 0; }
    Result<void> write(std::string_view bytes, const sys::Deadline&) override {
        if (received_ == "broken") return fail(ErrorCode::unavailable, "broken pipe");
        received_ += bytes;
        return {};
    }

private:
    std::string& received_;
};

TEST(StageReporter, TellsWhereItFailedAndWhatItTried) {
    StageReporter progress(3);
    progress.begin(model::BootStage::mount_root);
    progress.trying("mount -t nfs\x1b");
    const api::BootFailure failure =
        progress.failure(Error::from_errno(ECONNREFUSED, "mount").with_cure("start it"));
    EXPECT_EQ(failure.stage, model::BootStage::mount_root);
    EXPECT_EQ(failure.cause, "mount: Connection refused (start it)");
    EXPECT_EQ(failure.tried, "mount -t nfs?");
    EXPECT_EQ(failure.system_errno, static_cast<std::uint32_t>(ECONNREFUSED));
    EXPECT_EQ(failure.attempt, 3U);
    EXPECT_EQ(progress.failure(Error(ErrorCode::internal, "bug")).system_errno, std::nullopt);
}

TEST(StageReporter, GoesOnWhenTheServerCannotBeTold) {
    std::string received = "broken";
    ServerSession session(std::make_unique<Recorder>(received));
    StageReporter progress(1);
    progress.report_to(session, "b1", "secret");
    progress.begin(model::BootStage::mount_root);
    progress.begin(model::BootStage::mount_shared);
    EXPECT_FALSE(session.is_open());
    EXPECT_EQ(progress.stage(), model::BootStage::mount_shared);
}

TEST(StageReporter, TellsTheServerOfEachStageOnce) {
    std::string received;
    ServerSession session(std::make_unique<Recorder>(received));
    StageReporter progress(1);
    progress.begin(model::BootStage::network);
    EXPECT_EQ(received, "");
    progress.report_to(session, "b1", "secret");
    progress.begin(model::BootStage::mount_root);
    EXPECT_THAT(received, HasSubstr("POST /v1/agent/boots/b1/stages HTTP/1.1"));
    const auto report =
        api::parse<api::StageReport>(received.substr(received.find("\r\n\r\n") + 4));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->token, "secret");
    EXPECT_THAT(report->stages,
                ElementsAre(Field(&api::StageTime::stage, model::BootStage::mount_root)));
    EXPECT_EQ(progress.stages().size(), 2U);
}

}  // namespace
}  // namespace dim::agent
