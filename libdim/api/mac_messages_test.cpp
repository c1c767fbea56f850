#include "libdim/api/expect_round_trip.hpp"
#include "libdim/api/mac_messages.hpp"
#include "libdim/api/message_samples.hpp"

#include <gtest/gtest.h>

namespace dim::api {
namespace {

TEST(MacMessages, ReadBackAsWritten) {
    testing::expect_round_trip(samples::blade_mac());
    testing::expect_round_trip(samples::mac_list());
    testing::expect_round_trip(samples::learn_macs());
}

TEST(MacMessages, NoMulticastAndNoZeroAddressIsAMessage) {
    const auto with = [](const char* mac) {
        return parse<LearnMacs>(R"({"source":"learn","changes":[{"blade":"s01c1b01","mac":")" +
                                std::string(mac) + R"("}]})");
    };
    EXPECT_TRUE(with("52:54:00:01:01:01"));
    for (const char* mac : {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "", "x"})
        EXPECT_EQ(with(mac).error().code(), ErrorCode::invalid_input) << mac;
}

TEST(MacMessages, HaveLimits) {
    LearnMacs request = samples::learn_macs();
    request.source.assign(limits::kMacSourceBytes + 1, 'x');
    EXPECT_EQ(parse<LearnMacs>(to_json(request)).error().code(), ErrorCode::limit_exceeded);
    request.source = "csv";
    request.changes.assign(limits::kComponents, samples::learn_macs().changes.front());
    EXPECT_TRUE(parse<LearnMacs>(to_json(request))) << "all blades of the largest cluster at once";
    request.changes.push_back(request.changes.front());
    EXPECT_EQ(parse<LearnMacs>(to_json(request)).error().code(), ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace dim::api
