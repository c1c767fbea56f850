#include "imageserver/image/fake_images.hpp"
#include "imageserver/nfs/fake_nfs_server.hpp"
#include "imageserver/nfs/nfs_exports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using cluster::NfsBackend;
using ::testing::HasSubstr;

class NfsExportsTest : public ::testing::Test {
protected:
    NfsExportsTest() {
        images.add(api::BladeImage{blade, image, model::Generation::from_number(1).value(), "/x", 1,
                                   1, true, true, std::nullopt});
    }
    NfsClients clients(NfsBackend server) const {
        return {.bootnet = {},
                .blades = {{blade, model::Ipv4Address::parse("10.1.0.11").value()},
                           {other_blade, model::Ipv4Address::parse("10.1.0.12").value()}},
                .server = server};
    }
    Result<void> apply(NfsBackend server) {
        exports.set_clients(clients(server));
        return exports.apply();
    }

    const model::ComponentName blade = model::ComponentName::parse("s01c1b01").value();
    const model::ComponentName other_blade = model::ComponentName::parse("s01c1b02").value();
    const model::ImageName image = model::ImageName::parse("granite").value();
    FakeImages images;
    FakeNfsServer ganesha{"ganesha"};
    FakeNfsServer nfsd{"nfsd", "/mounts"};
    NfsExports exports{images, {.ganesha = ganesha, .nfsd = nfsd}};
};

TEST_F(NfsExportsTest, OneServerTakesThePlaceOfTheOther) {
    ASSERT_TRUE(apply(NfsBackend::ganesha));
    ASSERT_TRUE(ganesha.offered);
    EXPECT_EQ(nfsd.ends, 1) << "it may be left by a daemon before";
    ASSERT_EQ(exports.exports().size(), 1U);
    EXPECT_EQ(exports.exports().front().path, "/blades/s01c1b01/granite");
    EXPECT_EQ(exports.root(), "");
    EXPECT_EQ(exports.reload_reason(clients(NfsBackend::ganesha)).value(), std::nullopt);
    EXPECT_EQ(exports.reload_reason(clients(NfsBackend::nfsd)).value(),
              "it takes the place of ganesha");
    EXPECT_EQ(exports.status(clients(NfsBackend::nfsd)).name, "nfsd");

    ASSERT_TRUE(apply(NfsBackend::nfsd));
    EXPECT_FALSE(ganesha.offered);
    ASSERT_TRUE(nfsd.offered);
    EXPECT_EQ(nfsd.offered->size(), 1U);
    EXPECT_EQ(exports.status().name, "nfsd");
    EXPECT_EQ(exports.root(), "/mounts");
    EXPECT_EQ(exports.exports().front().path, "/mounts/blades/s01c1b01/granite")
        << "as blades name it";

    ASSERT_TRUE(apply(NfsBackend::nfsd));
    EXPECT_EQ(ganesha.ends, 1);
    EXPECT_EQ(nfsd.ends, 1);
}

TEST_F(NfsExportsTest, AServerThatCannotRunTakesNoOnesPlace) {
    ASSERT_TRUE(apply(NfsBackend::ganesha));
    nfsd.missing.emplace(ErrorCode::not_found, "there is no exportfs");
    const auto applied = apply(NfsBackend::nfsd);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().message(), "NFS server: there is no exportfs");
    EXPECT_EQ(ganesha.ends, 0);
    EXPECT_EQ(exports.exports().size(), 1U) << "blades go on";
    EXPECT_EQ(exports.status().name, "ganesha");
    EXPECT_THAT(exports.status().cause.value_or(""), HasSubstr("there is no exportfs"));
    // What else changes is offered by the one there is.
    images.add(api::BladeImage{other_blade, image, model::Generation::from_number(1).value(), "/y",
                               1, 1, true, true, std::nullopt});
    EXPECT_TRUE(exports.apply());
    EXPECT_EQ(ganesha.offered->size(), 2U);
    // What mends it.
    nfsd.missing.reset();
    ASSERT_TRUE(apply(NfsBackend::nfsd));
    EXPECT_EQ(ganesha.ends, 1);
    EXPECT_EQ(exports.status().name, "nfsd");
}

TEST_F(NfsExportsTest, AfterARestartTheOneThatServedGoesOn) {
    nfsd.missing.emplace(ErrorCode::not_found, "there is no exportfs");
    EXPECT_FALSE(apply(NfsBackend::nfsd));
    EXPECT_FALSE(ganesha.offered) << "nobody chose it";
    ASSERT_TRUE(apply(NfsBackend::ganesha));
    NfsExports restarted(images, {.ganesha = ganesha, .nfsd = nfsd});
    restarted.set_clients(clients(NfsBackend::nfsd));
    EXPECT_FALSE(restarted.apply());
    EXPECT_EQ(restarted.exports().size(), 1U);
    EXPECT_TRUE(restarted.apply()) << "told already";
    EXPECT_EQ(ganesha.ends, 0);
}

TEST_F(NfsExportsTest, WhatTheOtherServerDoesNotOfferIsNotSaidToBeServed) {
    ASSERT_TRUE(apply(NfsBackend::ganesha));
    nfsd.failures.emplace_back(ErrorCode::unavailable, "there is no exportfs");
    const auto applied = apply(NfsBackend::nfsd);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().message(), "NFS server: there is no exportfs");
    EXPECT_TRUE(exports.exports().empty());
    // What undoes it.
    ASSERT_TRUE(apply(NfsBackend::ganesha));
    EXPECT_EQ(exports.exports().size(), 1U);
    EXPECT_EQ(nfsd.ends, 2);
    EXPECT_EQ(exports.status().name, "ganesha");
}

}  // namespace
}  // namespace dim::server
