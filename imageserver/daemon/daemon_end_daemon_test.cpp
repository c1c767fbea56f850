#include "imageserver/daemon/daemon_fixture.hpp"
#include "libdim/sys/event_fds.hpp"
#include "libdim/sys/poll.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

TEST_F(DaemonTest, BringsUpItsServicesAndEndsWithoutThem) {
    const auto services = running_services();
    ASSERT_EQ(services.size(), 3u);
    make_image();
    ASSERT_TRUE(
        is_done(http::Method::put, "/v1/exports", R"({"image":"granite","blades":["b1"]})"));
    const auto exports = ask(http::Method::get, "/v1/exports").value();
    EXPECT_EQ(api::parse<api::NfsExportList>(exports)->exports.size(), 2u);
    ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
    thread_.join();
    EXPECT_TRUE(ended_);
    for (const auto& [name, service] : services)
        EXPECT_EQ(::kill(static_cast<pid_t>(*service.pid), 0), 0) << name << " serves on";
}

TEST_F(DaemonTest, AnNfsServerThatHangsHoldsUpNoQuestionAndNoOtherEdit) {
    const auto services = running_services();
    const auto ganesha = static_cast<pid_t>(*services.at("ganesha").pid);
    make_image();
    ASSERT_TRUE(
        is_done(http::Method::put, "/v1/exports", R"({"image":"granite","blades":["b1"]})"));
    ASSERT_EQ(::kill(ganesha, SIGSTOP), 0);
    const sys::Fd exports =
        sys::watch_directory(settings_.services_directory() + "/ganesha").value();
    auto hanging = std::async(std::launch::async, [this] {
        return run(http::Method::put, "/v1/exports", R"({"image":"granite","blades":["b2"]})");
    });
    // Its exports are written under the lock under which it is told to read them; it does not, and
    // is waited for up to 10 s.
    ASSERT_TRUE(sys::poll(exports, sys::Readiness::readable, sys::Deadline::in(10s)));
    for (const char* question : {"/v1/exports", "/v1/status", "/v1/blade-images", "/v1/images",
                                 "/v1/dhcp", "/v1/blades/b1", "/v1/cluster"}) {
        const auto answer = ask(http::Method::get, question, "", 3s);
        EXPECT_TRUE(answer) << question << ": " << answer.error().message();
    }
    EXPECT_TRUE(is_done(http::Method::delete_, "/v1/assignments", R"({"blades":["b1"]})", 3s));
    EXPECT_EQ(hanging.wait_for(0s), std::future_status::timeout) << "it did not hang at all";
    // Told to end, it takes nothing new and still answers what it was asked.
    auto watching = std::async(std::launch::async, [this] { (void)watch_until_it_ends(); });
    ASSERT_TRUE(has_begun_to_watch_.get_future().wait_for(10s) == std::future_status::ready);
    ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
    EXPECT_EQ(watching.wait_for(10s), std::future_status::ready);
    EXPECT_FALSE(ask(http::Method::get, "/v1/status", "", 3s));
    ASSERT_EQ(::kill(ganesha, SIGCONT), 0);
    const auto line = hanging.get();
    ASSERT_TRUE(line) << line.error().message();
    EXPECT_TRUE(line->done) << line->problem->detail;
    thread_.join();
    EXPECT_TRUE(ended_);
}

}  // namespace
}  // namespace dim::server
