#include "imageserver/apply/blade_exports.hpp"
#include "imageserver/apply/sample_blades.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/nfs/ganesha_server.hpp"
#include "imageserver/nfs/nfsd_server.hpp"
#include "imageserver/service/fake_service_control.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

class BladeExportsTest : public ::testing::Test {
protected:
    void export_image(const char* blade) {
        images.add(api::BladeImage{
            samples::component(blade), model::ImageName::parse("granite").value(),
            model::Generation::from_number(1).value(), "/x", 1, 1, true, true, std::nullopt});
    }
    /// The paths offered to CLIENT.
    std::vector<std::string> offered_to(std::string_view client) const {
        std::vector<std::string> paths;
        for (const api::NfsExport& each : exports.offered())
            if (each.client == client) paths.push_back(each.path);
        return paths;
    }

    const model::Ipv4Address server = model::Ipv4Address::parse("10.1.0.1").value();
    TestDatabase database{{kNfsMigration}};
    Roster roster = samples::roster_of_three();
    FakeImages images;
    FakeServiceControl control;
    GaneshaServer ganesha{control, database.get(), server, database.directory() + "/ganesha"};
    NfsdServer nfsd{{.root = database.directory(), .address = server}};
    NfsExports nfs{images, {.ganesha = ganesha, .nfsd = nfsd}};
    BladeExports exports{nfs, roster};
};

TEST_F(BladeExportsTest, OfferAnImageToItsBladesAddressAlone) {
    export_image("s1b1");
    ASSERT_TRUE(exports.apply());
    EXPECT_EQ(offered_to("10.1.1.1"), std::vector<std::string>{"/blades/s1b1/granite"});
    EXPECT_TRUE(offered_to("10.1.1.2").empty());
    EXPECT_TRUE(exports.status()->is_running);
}

TEST_F(BladeExportsTest, FollowABladeToItsNewAddress) {
    export_image("s1b1");
    ASSERT_TRUE(exports.apply());
    ASSERT_TRUE(roster.replace(samples::three_blades(
        R"(<set for="b1"><interface network="bootnet" address="10.1.9.9"/></set>)")));
    ASSERT_TRUE(exports.apply());
    EXPECT_TRUE(offered_to("10.1.1.1").empty()) << "whoever has the old address now";
    EXPECT_EQ(offered_to("10.1.9.9"), std::vector<std::string>{"/blades/s1b1/granite"});
}

TEST_F(BladeExportsTest, TellBeforehandWhatANewDefinitionReloads) {
    export_image("s1b1");
    ASSERT_TRUE(exports.apply());
    EXPECT_EQ(exports.reloaded_by(roster).value(), std::nullopt);
    const auto move = [](const std::string& blade) {
        return samples::roster_of_three(
            "<set for=\"" + blade + R"("><interface network="bootnet" address="10.1.9.9"/></set>)");
    };
    EXPECT_EQ(exports.reloaded_by(move("b1")).value()->service, "ganesha");
    EXPECT_EQ(exports.reloaded_by(move("b2")).value(), std::nullopt) << "it has no image";
}

TEST_F(BladeExportsTest, SayWhyTheServerDoesNotRun) {
    export_image("s1b1");
    // At its start, and again when it is told to read its configuration.
    const Result<void> ended = fail(ErrorCode::unavailable, "ganesha ended");
    control.outcomes = {ended, ended};
    const auto applied = exports.apply();
    ASSERT_FALSE(applied);
    EXPECT_TRUE(applied.error().message().contains("ganesha ended")) << applied.error().message();
}

}  // namespace
}  // namespace dim::server
