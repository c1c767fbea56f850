#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/boot_file/fake_boot_files.hpp"
#include "imageserver/daemon/boot_file_renewal.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/state/fake_wall_clock.hpp"
#include "libdim/api/message_samples.hpp"

#include <boost/asio/post.hpp>
#include <future>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

class BootFileRenewalTest : public ::testing::Test {
protected:
    BootFileRenewalTest() {
        images.add(api::samples::image_summary());
        EXPECT_TRUE(
            files.build({.image = granite, .options = {}, .ramdisk = {}}, [](auto&&...) {}));
    }
    /// Once, to its end.
    void renew() {
        ImageLanes lanes;
        BootFileRenewal renewal(
            files, lanes, alerts, clock,
            {.tell = [this] { ++named; }, .missing = [this] { return missing; }});
        renewal.renew();
        lanes.threads().join();
    }
    std::optional<std::string> kernel() const { return files.current(granite).value()->kernel; }

    const model::ImageName granite = api::samples::image();
    TestDatabase database;
    Alerts alerts = Alerts::open(database.get()).value();
    FakeWallClock clock{samples::at(1)};
    FakeImages images;
    FakeBootFiles files{images};
    int named = 0;                         ///< times that DHCP was told
    std::vector<MissingBootFile> missing;  ///< when it was
};

TEST_F(BootFileRenewalTest, BuildsWhatHasAnotherKernelAndTellsDhcp) {
    renew();
    EXPECT_EQ(named, 0);
    files.next_kernel = "6.1.0-51-amd64";
    renew();
    EXPECT_EQ(kernel(), "6.1.0-51-amd64");
    EXPECT_EQ(named, 1);
    renew();
    EXPECT_EQ(named, 1);
}

TEST_F(BootFileRenewalTest, BeginsNoneWhileOneIsUnderWay) {
    files.next_kernel = "6.1.0-51-amd64";
    files.is_broken = true;
    ImageLanes lanes;
    BootFileRenewal renewal(files, lanes, alerts, clock,
                            {.tell = [] {}, .missing = [this] { return missing; }});
    std::promise<void> later;
    boost::asio::post(lanes.of(granite), [&later] { later.get_future().wait(); });
    renewal.renew();
    renewal.renew();
    std::promise<void> done;
    boost::asio::post(lanes.of(granite), [&done] { done.set_value(); });
    later.set_value();
    done.get_future().wait();
    EXPECT_EQ(files.renewals, 1);
    renewal.renew();
    lanes.threads().join();
    EXPECT_EQ(files.renewals, 2);
}

TEST_F(BootFileRenewalTest, AFailureIsAnAlertUntilItSucceeds) {
    files.next_kernel = "6.1.0-51-amd64";
    files.is_broken = true;
    renew();
    renew();
    ASSERT_EQ(alerts.alerts().size(), 1U);
    EXPECT_EQ(alerts.alerts().front().kind, "old-kernel");
    EXPECT_EQ(alerts.alerts().front().origin, "granite");
    EXPECT_EQ(alerts.alerts().front().text,
              "blades have no boot file with the kernel of their generation: the image has no "
              "kernel with modules");
    EXPECT_EQ(alerts.alerts().front().count, 2U);
    EXPECT_EQ(named, 0);
    files.is_broken = false;
    renew();
    EXPECT_TRUE(alerts.alerts().empty());
    EXPECT_EQ(named, 1);
}

TEST_F(BootFileRenewalTest, AnAlertGoesWhenAnEditMendedIt) {
    files.next_kernel = "6.1.0-51-amd64";
    files.is_broken = true;
    renew();
    ASSERT_EQ(alerts.alerts().size(), 1U);
    files.is_broken = false;
    ASSERT_TRUE(files.renew(granite, [](auto&&...) {}));
    renew();
    EXPECT_TRUE(alerts.alerts().empty());
}

TEST_F(BootFileRenewalTest, MakesThoseOfPlatformsThatCame) {
    files.wanted_drivers = {"nfp"};
    files.is_broken = true;
    renew();
    ASSERT_EQ(alerts.alerts().size(), 1U);
    EXPECT_EQ(alerts.alerts().front().kind, "platform-boot-file");
    EXPECT_EQ(alerts.alerts().front().origin, "granite");
    EXPECT_EQ(alerts.alerts().front().cure, "'dim buildzimage granite'");
    EXPECT_EQ(named, 0);
    files.is_broken = false;
    renew();
    EXPECT_TRUE(alerts.alerts().empty());
    EXPECT_EQ(named, 1);
    renew();
    EXPECT_EQ(named, 1);
}

TEST_F(BootFileRenewalTest, TellsDhcpAgainAsLongAsItMissesABootFile) {
    missing = {
        {*model::ComponentName::parse("s1b1"), "s1b1 has no boot file: disk full", "free it"}};
    files.wanted_drivers = {"nfp"};
    files.is_broken = true;
    renew();
    renew();
    EXPECT_EQ(named, 2);
    ASSERT_EQ(alerts.alerts().size(), 2U) << "the image's is another one";
    missing.clear();
    files.wanted_drivers.clear();
    missing = {{*model::ComponentName::parse("s1b2"), "s1b2 has no boot file: disk full", ""}};
    renew();
    ASSERT_EQ(alerts.alerts().size(), 1U);
    EXPECT_EQ(alerts.alerts().front().kind, "platform-boot-file");
    EXPECT_EQ(alerts.alerts().front().origin, "s1b2");
    EXPECT_EQ(alerts.alerts().front().text, "s1b2 has no boot file: disk full");
    missing.clear();
    renew();
    EXPECT_TRUE(alerts.alerts().empty());
    EXPECT_EQ(named, 3);
}

TEST_F(BootFileRenewalTest, AnAlertGoesWithTheRow) {
    files.wanted_drivers = {"nfp"};
    files.is_broken = true;
    renew();
    ASSERT_EQ(alerts.alerts().size(), 1U);
    files.wanted_drivers.clear();
    renew();
    EXPECT_TRUE(alerts.alerts().empty());
}

}  // namespace
}  // namespace dim::server
