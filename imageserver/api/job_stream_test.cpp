#include "imageserver/api/job_stream.hpp"
#include "imageserver/apply/fake_applied_service.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <future>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr int kMoreThanWait = 1000;

class JobStreamTest : public ::testing::Test {
protected:
    ~JobStreamTest() override {
        edits.join();
        lane.join();
    }

    /// The lines of the reply, read to its end.
    std::vector<api::JobLine>
    read(const http::Reply& reply,
         const std::function<void(const api::JobLine&, std::size_t number)>& on_line = {}) {
        std::vector<api::JobLine> lines;
        bool has_ended = false;
        asio::co_spawn(
            loop,
            [&]() -> asio::awaitable<void> {
                while (const auto line = co_await reply.parts()) {
                    lines.push_back(api::parse<api::JobLine>(*line).value());
                    if (on_line) on_line(lines.back(), lines.size());
                }
                has_ended = true;
            },
            asio::detached);
        loop.restart();
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!has_ended && loop.run_one_until(deadline) != 0) {
        }
        EXPECT_TRUE(has_ended);
        return lines;
    }
    http::Reply start(JobStream::Job job) {
        return stream.start(edits.get_executor(), std::move(job));
    }
    std::vector<api::JobLine> run(JobStream::Job job) { return read(start(std::move(job))); }

    asio::io_context loop{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard{loop.get_executor()};
    asio::thread_pool edits{1};
    asio::thread_pool lane{1};
    FakeAppliedService dhcp;
    FakeAppliedService exports;
    FakeAppliedService names;
    ServiceAppliers services{
        loop.get_executor(), lane, lane, {.dhcp = dhcp, .exports = exports, .names = names}};
    JobStream stream{loop.get_executor(), services};
};

TEST_F(JobStreamTest, EndsWithWhyTheJobFailed) {
    const auto lines = run([](const Progress&) -> Result<Edit> {
        return fail(Error(ErrorCode::conflict, "the blade runs").with_cure("power it off"));
    });
    ASSERT_EQ(lines.size(), 1u);
    ASSERT_TRUE(lines[0].problem);
    EXPECT_EQ(lines[0].problem->status, 409u);
    EXPECT_EQ(lines[0].problem->cure, "power it off");
    EXPECT_EQ(lines[0].done, std::nullopt);
    EXPECT_EQ(dhcp.applied, 0);
}

TEST_F(JobStreamTest, TakesBackWhatAServiceRefusesAndSaysWhy) {
    dhcp.on_apply = [] { return fail(ErrorCode::unavailable, "dhcpd ended"); };
    bool is_taken_back = false;
    const auto lines = run([&](const Progress&) -> Result<Edit> {
        return Edit{.done = "assigned", .needs = {.dhcp = true}, .take_back = [&] {
                        is_taken_back = true;
                    }};
    });
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].problem->detail, "dhcpd ended");
    EXPECT_TRUE(is_taken_back);
}

TEST_F(JobStreamTest, LeavesOutProgressThatNobodyReadsButNotTheEnd) {
    std::promise<void> over;
    const auto reply = start([&](const Progress& progress) -> Result<Edit> {
        for (int i = 0; i < kMoreThanWait; ++i)
            progress("copying", static_cast<std::uint64_t>(i), kMoreThanWait);
        over.set_value();
        return Edit{.done = "copied"};
    });
    ASSERT_EQ(over.get_future().wait_for(10s), std::future_status::ready);
    const auto lines = read(reply);
    EXPECT_LE(lines.size(), 101u);
    EXPECT_EQ(lines.front().progress, "copying");
    EXPECT_EQ(lines.front().step, 0u);
    EXPECT_EQ(lines.back().done, "copied");
}

TEST_F(JobStreamTest, GoesOnWhenNobodyListens) {
    std::promise<void> gone;
    std::promise<void> over;
    (void)start([&](const Progress& progress) -> Result<Edit> {
        progress("copying", 0, 0);
        EXPECT_EQ(gone.get_future().wait_for(10s), std::future_status::ready);
        progress("copying", 1, 2);
        over.set_value();
        return Edit{.done = "copied"};
    });
    gone.set_value();
    EXPECT_EQ(over.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(JobStreamTest, SaysThatAQuietJobIsStillAtIt) {
    JobStream impatient{loop.get_executor(), services, 1ms};
    std::promise<void> told;
    const auto reply = impatient.start(edits.get_executor(), [&](const Progress&) -> Result<Edit> {
        EXPECT_EQ(told.get_future().wait_for(10s), std::future_status::ready);
        return Edit{.done = "copied"};
    });
    const auto lines = read(reply, [&](const api::JobLine& line, std::size_t number) {
        if (number == 2 && line.progress == "still at it") told.set_value();
    });
    ASSERT_GE(lines.size(), 3u);
    EXPECT_EQ(lines[0], (api::JobLine{"still at it", {}, {}, {}, {}}));
    EXPECT_EQ(lines.back().done, "copied");
}

TEST_F(JobStreamTest, IsDoneWhenTheServicesKnow) {
    int applied_before = -1;
    const auto lines = run([&](const Progress& progress) -> Result<Edit> {
        progress("telling the DHCP server", 0, 0);
        applied_before = dhcp.applied;
        return Edit{.done = "assigned", .needs = {.dhcp = true}};
    });
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0].progress, "telling the DHCP server");
    EXPECT_EQ(lines[0].steps, std::nullopt);
    EXPECT_EQ(lines[1].done, "assigned");
    EXPECT_EQ(applied_before, 0);
    EXPECT_EQ(dhcp.applied, 1);
}

TEST_F(JobStreamTest, AQuestionEndsWithItsAnswerAndTellsNoService) {
    const auto ask = [&](JobStream::Question question) {
        return read(stream.answer(edits.get_executor(), std::move(question)));
    };
    const auto lines = ask([](const Progress& progress) -> Result<std::string> {
        progress("looking", 1, 2);
        return R"({"done":"seen"})";
    });
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0].progress, "looking");
    EXPECT_EQ(lines[0].steps, 2u);
    EXPECT_EQ(lines[1].done, "seen");
    const auto refused = ask([](const Progress&) -> Result<std::string> {
        return fail(ErrorCode::not_found, "there is none");
    });
    ASSERT_EQ(refused.size(), 1u);
    EXPECT_EQ(refused[0].problem->status, 404u);
}

}  // namespace
}  // namespace dim::server
