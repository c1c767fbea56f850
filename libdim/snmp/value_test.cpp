#include "libdim/snmp/value.hpp"

#include <gtest/gtest.h>

namespace dim::snmp {
namespace {

const ObjectId kObject{1, 3, 6};

TEST(Value, OfAnotherTypeIsAnErrorThatNamesTheObject) {
    const auto text = integer_of(kObject, std::string("1"));
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(text.error().message(), "object 1.3.6 holds an OCTET STRING, not an INTEGER");
    EXPECT_EQ(octets_of(kObject, std::uint32_t{1}).error().message(),
              "object 1.3.6 holds an unsigned number, not an OCTET STRING");
}

TEST(Value, OfTheTypeIsTaken) {
    EXPECT_EQ(integer_of(kObject, std::int32_t{-1}), -1);
    EXPECT_EQ(octets_of(kObject, std::string("x")), "x");
}

}  // namespace
}  // namespace dim::snmp
