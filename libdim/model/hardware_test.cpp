#include "libdim/model/hardware.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(BladeType, UnknownWordsListTheKnown) {
    EXPECT_EQ(parse_blade_type("hs20").error().message(),
              "'hs20' is not a blade type (there are: js20, js21)");
    EXPECT_FALSE(parse_architecture("ppc"));
}

TEST(BladeType, RoundTrips) {
    for (const BladeType type : {BladeType::js20, BladeType::js21}) {
        EXPECT_EQ(parse_blade_type(to_string(type)), type);
        EXPECT_EQ(architecture_of(type), Architecture::ppc64);
    }
    for (const char* text : {"ppc64", "ppc64le", "x86_64", "aarch64"})
        EXPECT_EQ(to_string(*parse_architecture(text)), text);
}

}  // namespace
}  // namespace dim::model
