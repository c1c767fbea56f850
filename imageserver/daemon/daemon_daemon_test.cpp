#include "imageserver/daemon/daemon_fixture.hpp"
#include "libdim/api/override_messages.hpp"
#include "libdim/snmp/running_chassis.hpp"

#include <sys/stat.h>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

/// Its blades are in an emulated chassis, b1 on.
class DaemonWithChassisTest : public DaemonTest {
protected:
    void prepare() override {
        const std::string key = directory_ / "mm.key";
        ASSERT_TRUE(sys::write_file_atomically(key, "community private\n"));
        ASSERT_EQ(::chmod(key.c_str(), 0600), 0);
        chassis_.emplace(std::vector<std::string>{"--listen", "127.0.0.2:161", "--bay", "1=js20,on",
                                                  "--trap", "127.0.0.1:162"});
        std::string xml = kDaemonCluster;
        xml.insert(xml.find("  <level"), "  <network name=\"mmnet\" role=\"management\" "
                                         "address=\"127.0.0.0/24\"/>\n");
        const std::string server_end = "    </component>\n  </level>\n";
        xml.insert(xml.find(server_end) + server_end.find("  </level>"),
                   "<component name=\"mm\" role=\"management-module\" pattern=\"is{server}mm\">"
                   "<interface network=\"mmnet\" address=\"127.0.0.2\"/></component>");
        xml.insert(xml.find("</cluster>"),
                   "<set for=\"b[1-2]\"><property name=\"module\" value=\"is01mm\"/></set>"
                   "<set for=\"is01mm\"><property name=\"credentials\" value=\"" +
                       key + "\"/></set>");
        ASSERT_TRUE(sys::write_file_atomically(settings_.cluster_file, xml));
        settings_.traps = model::Ipv4Endpoint::parse("127.0.0.1", 162).value();
    }
    /// powerOnOffBlade of bay 1.
    void switch_off() {
        auto session = chassis_->open();
        ASSERT_TRUE(session) << session.error().message();
        const snmp::ObjectId power{1, 3, 6, 1, 4, 1, 2, 3, 51, 2, 22, 1, 6, 1, 1, 7, 1};
        ASSERT_TRUE(session->set(power, std::int32_t{0}));
    }

    std::optional<snmp::RunningChassis> chassis_;
};

TEST_F(DaemonWithChassisTest, ABladeThatLosesItsPowerIsOffAtOnce) {
    ASSERT_TRUE(wait_for_status([](const api::ClusterStatus& status) {
        return status.chassis.size() == 1 && status.chassis[0].bays.size() == 1 &&
               status.chassis[0].bays[0].power == "on";
    }));
    switch_off();
    const auto status = wait_for_status([](const api::ClusterStatus& status) {
        return status.blades[0].state == model::BladeState::off;
    });
    ASSERT_TRUE(status);
    EXPECT_EQ(status->chassis[0].bays[0].power, "off");
    const auto answer = ask(http::Method::get, "/v1/blades/b1");
    const auto story = api::parse<api::BladeStory>(answer.value()).value();
    ASSERT_FALSE(story.events.empty()) << "its trap";
    EXPECT_EQ(story.events.back().source, "is01mm");
    EXPECT_TRUE(story.events.back().text.starts_with("power off")) << story.events.back().text;
}

TEST_F(DaemonTest, ARenamedImageIsOfferedAndKnownByItsNewName) {
    running_services();
    make_image();
    const auto is_done_for_b1 = [&](http::Method method, const std::string& target,
                                    const std::string& image) {
        return is_done(method, target, R"({"image":")" + image + R"(","blades":["b1"]})");
    };
    ASSERT_TRUE(is_done_for_b1(http::Method::put, "/v1/exports", "granite"));
    const std::string rename = R"({"name":"granite","new_name":"slate"})";
    EXPECT_TRUE(run(http::Method::put, "/v1/image-names", rename).value().problem);
    ASSERT_TRUE(is_done_for_b1(http::Method::delete_, "/v1/exports", "granite"));
    ASSERT_TRUE(is_done(http::Method::put, "/v1/image-names", rename));
    ASSERT_TRUE(is_done_for_b1(http::Method::put, "/v1/exports", "slate"));
    const auto exports =
        api::parse<api::NfsExportList>(ask(http::Method::get, "/v1/exports").value())->exports;
    ASSERT_EQ(exports.size(), 2u);
    EXPECT_EQ(exports[0].path, "/blades/b1/slate");
    EXPECT_EQ(exports[1].path, "/shared/slate/1");
    // What was written into the blade image is known to be written by the daemon.
    const auto overrides = api::parse<api::OverrideList>(
        ask(http::Method::post, "/v1/overrides/look", R"({"blades":["b1"]})").value());
    ASSERT_EQ(overrides->images.size(), 1u);
    EXPECT_EQ(overrides->images[0].image.text(), "slate");
    ASSERT_FALSE(overrides->images[0].files.empty());
    for (const api::OverrideFile& file : overrides->images[0].files) {
        EXPECT_EQ(file.state, "current") << file.path;
        EXPECT_TRUE(file.written) << file.path;
    }
}

}  // namespace
}  // namespace dim::server
