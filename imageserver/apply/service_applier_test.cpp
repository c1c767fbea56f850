#include "imageserver/apply/fake_applied_service.hpp"
#include "imageserver/apply/service_applier.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <latch>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Edits are numbers in a set; the service serves the set it was applied with.
class ServiceApplierTest : public ::testing::Test {
protected:
    struct Answered {
        Result<void> outcome;
        bool is_served;  ///< when it was told
    };

    ServiceApplierTest() {
        service.on_apply = [this]() -> Result<void> {
            const std::lock_guard lock(mutex);
            if (error) return fail(*error);
            served = edits;
            return {};
        };
    }
    ~ServiceApplierTest() override {
        lane.join();
        keep_running.reset();
        runner.join();
    }

    /// Makes edit NUMBER; DONE is called when it is answered.
    void edit(int number, std::function<void()> done) {
        {
            const std::lock_guard lock(mutex);
            edits.insert(number);
        }
        applier.request([this, number, done = std::move(done)](const Result<void>& outcome) {
            {
                const std::lock_guard lock(mutex);
                answers.push_back({outcome, served.contains(number)});
            }
            done();
        });
    }
    /// Makes COUNT edits and waits until all are answered.
    void make(int count) {
        std::latch all_answered(count);
        for (int i = 0; i < count; ++i)
            edit(i, [&] { all_answered.count_down(); });
        all_answered.wait();
    }

    std::mutex mutex;
    std::set<int> edits;
    std::set<int> served;
    std::optional<Error> error;
    std::vector<Answered> answers;
    FakeAppliedService service;
    asio::io_context loop{1};
    asio::thread_pool lane{1};
    ServiceApplier applier{loop.get_executor(), lane, service, {.quiet = 20ms, .longest = 100ms}};
    asio::executor_work_guard<asio::io_context::executor_type> keep_running{loop.get_executor()};
    std::thread runner{[this] { loop.run(); }};
};

TEST_F(ServiceApplierTest, AFailureIsToldToEverybody) {
    error = Error(ErrorCode::unavailable, "dhcpd does not run").with_cure("see its log");
    make(3);
    ASSERT_EQ(answers.size(), 3u);
    for (const Answered& answer : answers) {
        ASSERT_FALSE(answer.outcome);
        EXPECT_EQ(answer.outcome.error(), *error);
    }
    EXPECT_EQ(applier.good_since(), std::nullopt);
    error.reset();
    make(1);
    EXPECT_TRUE(answers.back().outcome);
    EXPECT_TRUE(applier.good_since());
}

TEST_F(ServiceApplierTest, AHundredEditsAreOneApplication) {
    make(100);
    EXPECT_EQ(answers.size(), 100u);
    for (const Answered& answer : answers)
        EXPECT_TRUE(answer.outcome && answer.is_served);
    EXPECT_GE(service.applied, 1);
    EXPECT_LE(service.applied, 2);
}

/// An edit follows another before it has been quiet for long enough, again and again until the
/// first is answered: without the bound that never happens, and the edits end at last.
TEST_F(ServiceApplierTest, TheFirstOfEndlessEditsIsAnswered) {
    constexpr int kEndless = 1000;
    std::atomic<bool> is_answered = false;
    int made = 0;
    edit(made++, [&] { is_answered = true; });
    const auto begin = std::chrono::steady_clock::now();
    for (; made < kEndless && !is_answered; ++made) {
        edit(made, [] {});
        std::this_thread::sleep_until(begin + made * 5ms);  // the rhythm of the edits
    }
    EXPECT_TRUE(is_answered);
    EXPECT_LT(made, kEndless) << "it had to wait until nobody made edits any more";
}

TEST_F(ServiceApplierTest, ApplyingAtOnceAnswersThoseWhoWait) {
    std::latch answered(1);
    edit(1, [&] { answered.count_down(); });
    EXPECT_TRUE(applier.apply_now());
    answered.wait();
    EXPECT_EQ(answers.size(), 1u);
    make(1);
    EXPECT_EQ(answers.size(), 2u);
}

}  // namespace
}  // namespace dim::server
