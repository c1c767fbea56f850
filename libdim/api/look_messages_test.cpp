#include "libdim/api/expect_round_trip.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/api/look_messages.hpp"
#include "libdim/api/message_samples.hpp"

#include <gtest/gtest.h>

namespace dim::api {
namespace {

using testing::expect_round_trip;

TEST(LookMessages, RefuseWhatNamesNothing) {
    EXPECT_FALSE(parse<BladeQuestion>(R"({"blade":"a/b"})"));
    EXPECT_FALSE(parse<PathQuestion>(R"({"blade":"s01c1b01"})"));
    EXPECT_FALSE(parse<PathQuestion>(R"({"blade":"s01c1b01","path":"/)" +
                                     std::string(limits::kAskedPathBytes, 'x') + "\"}"));
    EXPECT_FALSE(parse<CheckBladeImages>(R"({"image":"..","blades":[],"repair":false})"));
}

TEST(LookMessages, ReadBackAsWritten) {
    expect_round_trip(samples::blade_question());
    expect_round_trip(BladeQuestion{samples::blade(), {}});
    expect_round_trip(samples::blade_difference());
    expect_round_trip(samples::blade_difference_line());
    expect_round_trip(BladeDifferenceLine());
    expect_round_trip(samples::path_question());
    expect_round_trip(samples::path_explanation());
    expect_round_trip(samples::bare_path_explanation());
    expect_round_trip(samples::blade_file_text());
    expect_round_trip(samples::check_blade_images());
    expect_round_trip(samples::blade_image_check());
    expect_round_trip(samples::blade_image_check_list());
}

TEST(LookMessages, AsManyDifferencesAsAreToldFit) {
    BladeDifferenceLine line{.difference = samples::blade_difference()};
    const BladeTreeDifference long_one{std::string(limits::kTreePathBytes, 'p'),
                                       "content",
                                       {"size", "content", "modified"},
                                       std::string(limits::kTreePathBytes, 'r')};
    line.difference->differences.assign(limits::kTreeDifferences, long_one);
    expect_round_trip(line);
    line.difference->differences.push_back(long_one);
    EXPECT_FALSE(parse<BladeDifferenceLine>(to_json(line)));
}

}  // namespace
}  // namespace dim::api
