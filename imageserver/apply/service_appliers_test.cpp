#include "imageserver/apply/fake_applied_service.hpp"
#include "imageserver/apply/service_appliers.hpp"
#include "imageserver/blade/sample_cluster.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <thread>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class ServiceAppliersTest : public ::testing::Test {
protected:
    ~ServiceAppliersTest() override {
        dhcp_lane.join();
        exports_lane.join();
        keep_running.reset();
        runner.join();
    }
    std::future<Result<void>> request(ServiceNeeds needs) {
        auto promise = std::make_shared<std::promise<Result<void>>>();
        appliers.request(needs,
                         [promise](const Result<void>& outcome) { promise->set_value(outcome); });
        return promise->get_future();
    }

    FakeAppliedService dhcp;
    FakeAppliedService exports;
    FakeAppliedService names;
    asio::io_context loop{1};
    asio::thread_pool dhcp_lane{1};
    asio::thread_pool exports_lane{1};
    ServiceAppliers appliers{loop.get_executor(),
                             dhcp_lane,
                             exports_lane,
                             {.dhcp = dhcp, .exports = exports, .names = names}};
    asio::executor_work_guard<asio::io_context::executor_type> keep_running{loop.get_executor()};
    std::thread runner{[this] { loop.run(); }};
};

TEST_F(ServiceAppliersTest, AServiceThatHangsHoldsUpOnlyWhoNeedsIt) {
    std::promise<void> go_on;
    exports.on_apply = [&, gate = go_on.get_future().share()]() -> Result<void> {
        gate.wait();
        return {};
    };
    auto exported = request({.exports = true});
    EXPECT_EQ(request({.dhcp = true}).wait_for(10s), std::future_status::ready);
    EXPECT_EQ(exported.wait_for(0s), std::future_status::timeout);
    go_on.set_value();
    EXPECT_TRUE(exported.get());
}

TEST_F(ServiceAppliersTest, OnlyWhatIsNeededIsTold) {
    EXPECT_TRUE(request({}).get());
    EXPECT_EQ(dhcp.applied + exports.applied + names.applied, 0);
    EXPECT_TRUE(request({.dhcp = true, .exports = true}).get());
    EXPECT_EQ(dhcp.applied, 1);
    EXPECT_EQ(exports.applied, 1);
    EXPECT_EQ(names.applied, 0);
}

TEST_F(ServiceAppliersTest, OneThatFailsKeepsNoOtherFromBeingTold) {
    dhcp.on_apply = [] { return fail(ErrorCode::unavailable, "dhcpd ended"); };
    names.on_apply = [] { return fail(ErrorCode::unavailable, "named ended"); };
    EXPECT_EQ(appliers.apply_all().error().message(), "dhcpd ended");
    EXPECT_EQ(exports.applied, 1);
    EXPECT_EQ(names.applied, 1);
    EXPECT_EQ(appliers.dhcp_good_since(), std::nullopt);
    EXPECT_EQ(request({.dhcp = true, .exports = true}).get().error().message(), "dhcpd ended");
}

TEST_F(ServiceAppliersTest, NamesWhatADefinitionWouldReload) {
    const api::ServiceReload named{.service = "named", .reason = "it is to run"};
    const api::ServiceReload ganesha{.service = "ganesha", .reason = "1 export new"};
    names.reloads = named;
    exports.reloads = ganesha;
    EXPECT_EQ(appliers.reloaded_by(samples::roster()),
              (std::vector<api::ServiceReload>{named, ganesha}));
}

}  // namespace
}  // namespace dim::server
