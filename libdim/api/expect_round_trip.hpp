#pragma once

#include "libdim/api/codec.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::api::testing {

/// MESSAGE is the same after it went over the network.
template <class Message>
void expect_round_trip(const Message& message) {
    const std::string text = to_json(message);
    const auto parsed = parse<Message>(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message();
    EXPECT_EQ(*parsed, message) << text;
}

}  // namespace dim::api::testing
