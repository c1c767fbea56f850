#include "libdim/api/expect_round_trip.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/api/push_messages.hpp"

#include <gtest/gtest.h>

namespace dim::api {
namespace {

TEST(PushMessages, RoundTrip) {
    testing::expect_round_trip(samples::offer_generation());
    testing::expect_round_trip(samples::incoming_generation());
    testing::expect_round_trip(samples::sync_servers());
    testing::expect_round_trip(samples::server_sync_report());
    testing::expect_round_trip(samples::server_sync_line());
    testing::expect_round_trip(SyncServers{.image = samples::image()});
}

void expect_refused(const OfferGeneration& offer, ErrorCode code) {
    const auto checked = check_offer(offer);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code(), code) << checked.error().message();
}

TEST(PushMessages, AnOfferIsCheckedBeforeAnythingIsSent) {
    const OfferGeneration good = samples::offer_generation();
    EXPECT_TRUE(check_offer(good));
    OfferGeneration offer = good;
    offer.changeset_sha256 = std::string(63, 'a') + "G";
    expect_refused(offer, ErrorCode::invalid_input);
    offer = good;
    offer.changeset_bytes = 0;
    expect_refused(offer, ErrorCode::limit_exceeded);
    offer = good;
    offer.image.shared = {"../etc"};
    expect_refused(offer, ErrorCode::invalid_input);
    offer = good;
    offer.image.init = "sbin/init";
    expect_refused(offer, ErrorCode::invalid_input);
    offer = good;
    offer.image.blade_image_bytes = 1;
    expect_refused(offer, ErrorCode::invalid_input);
    offer = good;
    offer.source = "is01:\x1b[2J";
    expect_refused(offer, ErrorCode::invalid_input);
    offer = good;
    offer.image.nfs.version = "2";
    expect_refused(offer, ErrorCode::invalid_input);
}

}  // namespace
}  // namespace dim::api
