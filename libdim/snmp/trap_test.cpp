#include "libdim/snmp/sample_trap.hpp"
#include "libdim/snmp/trap.hpp"

#include <gtest/gtest.h>

namespace dim::snmp {
namespace {

const ObjectId kEnterprise{1, 3, 6, 1, 4, 1, 2, 6, 158, 3};

Credentials community(const std::string& word) {
    return parse_credentials("community " + word + "\n").value();
}

TEST(Trap, OfVersionOneIsRead) {
    const auto trap = parse_trap(samples::module_trap("private", 23, "gone", "Blade_3"));
    ASSERT_TRUE(trap) << to_string(trap.error());
    EXPECT_EQ(trap->enterprise, kEnterprise);
    EXPECT_TRUE(trap->is_own);
    EXPECT_EQ(trap->number, 23);
    ASSERT_EQ(trap->bindings.size(), 2u);
    EXPECT_EQ(trap->bindings[0], (Binding{kEnterprise.below({1, 1, 8, 0}), "gone"}));
}

TEST(Trap, OfVersionTwoIsTheSameEvent) {
    const auto trap = parse_trap(samples::module_trap_2c("private", 24));
    ASSERT_TRUE(trap) << to_string(trap.error());
    EXPECT_EQ(trap->enterprise, kEnterprise);
    EXPECT_EQ(trap->number, 24);
}

TEST(Trap, KnowsTheCommunityOrNot) {
    const auto trap = parse_trap(samples::module_trap("private", 23, "", ""));
    ASSERT_TRUE(trap);
    EXPECT_TRUE(is_from(*trap, community("private")));
    for (const char* other : {"privat", "private2", "public", "privatf"})
        EXPECT_FALSE(is_from(*trap, community(other))) << other;
    const auto silent = parse_trap(samples::module_trap("", 23, "", ""));
    ASSERT_TRUE(silent);
    EXPECT_FALSE(is_from(*silent, community("private")));
    EXPECT_FALSE(is_from(*trap, parse_credentials("user private\nauth sha passphrase\n").value()));
}

TEST(Trap, WhatIsNoneIsRefused) {
    const std::string good = samples::module_trap("private", 23, "gone", "Blade_3");
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(parse_trap(good.substr(0, size))) << size;
    EXPECT_FALSE(parse_trap(std::string(kTrapBytes + 1, '0')));
    EXPECT_FALSE(parse_trap("GET / HTTP/1.1\r\n"));
    using namespace samples;
    const std::string get = small_integer(1) + small_integer(0) + small_integer(0) +
                            tagged(0x30, binding(module_object(), tagged(0x05, "")));
    EXPECT_FALSE(parse_trap(tagged(0x30, small_integer(0) + octets("x") + tagged(0xa0, get))))
        << "a question";
}

TEST(Trap, WithTooManyObjectsIsRefused) {
    using namespace samples;
    std::string bindings;
    for (std::size_t i = 0; i <= kTrapBindingsLimit; ++i)
        bindings += binding(module_object(), small_integer(1));
    const std::string body = module_object() + tagged(0x40, std::string(4, '\1')) +
                             small_integer(6) + small_integer(1) + tagged(0x43, "\1") +
                             tagged(0x30, bindings);
    const auto trap = parse_trap(tagged(0x30, small_integer(0) + octets("x") + tagged(0xa4, body)));
    ASSERT_FALSE(trap);
    EXPECT_EQ(trap.error().code(), ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace dim::snmp
