#include "imageserver/administration/service_applier.hpp"

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

/// Edits are numbers in a set; a service serves the set it was applied with.
class ServiceApplierTest : public ::testing::Test {
protected:
    struct Answered {
        Result<void> outcome;
        bool is_served;  ///< when it was told
    };

    ~ServiceApplierTest() override {
        jobs.join();
        keep_running.reset();
        runner.join();
    }

    ServiceApplier::Services services() {
        return {.dhcp = [this] { return apply(dhcp_applied, dhcp_error); },
                .exports = [this] { return apply(exports_applied, exports_error); }};
    }
    Result<void> apply(int& count, const std::optional<Error>& error) {
        ++count;
        if (error) return fail(*error);
        served = edits;
        return {};
    }
    /// Makes COUNT edits, each a job of its own with WAIT before it, and waits until all are
    /// answered.
    void make(int count, ServiceNeeds needs, std::chrono::milliseconds wait = {}) {
        std::latch all_answered(count);
        for (int i = 0; i < count; ++i) {
            asio::post(jobs, [this, i, needs, wait, &all_answered] {
                std::this_thread::sleep_for(wait);
                edits.insert(i);
                applier.request(needs, [this, i, &all_answered](const Result<void>& outcome) {
                    answers.push_back({outcome, served.contains(i)});
                    all_answered.count_down();
                });
            });
        }
        all_answered.wait();
    }

    std::set<int> edits;  // all on the jobs' thread until the answers are there
    std::set<int> served;
    int dhcp_applied = 0;
    int exports_applied = 0;
    std::optional<Error> dhcp_error;
    std::optional<Error> exports_error;
    std::vector<Answered> answers;
    asio::io_context loop{1};
    asio::thread_pool jobs{1};
    ServiceApplier applier{loop.get_executor(), jobs, services()};
    asio::executor_work_guard<asio::io_context::executor_type> keep_running{loop.get_executor()};
    std::thread runner{[this] { loop.run(); }};
};

TEST_F(ServiceApplierTest, AFailureIsToldToEverybodyItConcerns) {
    dhcp_error = Error(ErrorCode::unavailable, "dhcpd does not run").with_cure("see its log");
    make(3, {.dhcp = true});
    ASSERT_EQ(answers.size(), 3u);
    for (const Answered& answer : answers) {
        ASSERT_FALSE(answer.outcome);
        EXPECT_EQ(answer.outcome.error(), *dhcp_error);
    }
    EXPECT_EQ(applier.dhcp_good_since(), std::nullopt);
    answers.clear();
    make(1, {.exports = true});
    EXPECT_TRUE(answers.at(0).outcome) << "it needs another service";
    answers.clear();
    dhcp_error.reset();
    make(1, {.dhcp = true});
    EXPECT_TRUE(answers.at(0).outcome);
    EXPECT_TRUE(applier.dhcp_good_since());
}

TEST_F(ServiceApplierTest, AHundredEditsAreOneApplication) {
    make(100, {.dhcp = true});
    EXPECT_EQ(answers.size(), 100u);
    for (const Answered& answer : answers)
        EXPECT_TRUE(answer.outcome && answer.is_served);
    EXPECT_GE(dhcp_applied, 1);
    EXPECT_LE(dhcp_applied, 2);
    EXPECT_EQ(exports_applied, 0);
}

TEST_F(ServiceApplierTest, EditsThatNeverEndAreApplied) {
    make(80, {.dhcp = true, .exports = true}, 10ms);
    EXPECT_EQ(answers.size(), 80u);
    for (const Answered& answer : answers)
        EXPECT_TRUE(answer.outcome && answer.is_served);
    // The services are told behind the edits that came before: 80 of them were queued at once.
    EXPECT_GE(dhcp_applied, 1);
    EXPECT_EQ(dhcp_applied, exports_applied);
}

TEST_F(ServiceApplierTest, ApplyingAllAnswersThoseWhoWait) {
    std::latch done(1);
    asio::post(jobs, [&] {
        bool is_answered = false;
        applier.request({.dhcp = true}, [&](const Result<void>&) { is_answered = true; });
        EXPECT_TRUE(applier.apply_all());
        EXPECT_TRUE(is_answered);
        done.count_down();
    });
    done.wait();
    make(1, {.dhcp = true});
    EXPECT_EQ(dhcp_applied, 2);
    EXPECT_EQ(exports_applied, 1);
}

}  // namespace
}  // namespace dim::server
