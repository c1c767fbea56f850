#include "libdim/cluster/definition/device_name.hpp"

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

TEST(DeviceName, RefusesWhatLinuxRefusesAndWhatLooksLikeAnOption) {
    for (const std::string_view text : {"", "a/b", "a b", "-v", "..", ".", "0123456789abcdef",
                                        "eth0\n", "eth:0", "\xc3\xa9th0"}) {
        const Result<DeviceName> name = DeviceName::parse(text);
        ASSERT_FALSE(name) << text;
        EXPECT_EQ(name.error().code(), ErrorCode::invalid_input);
        EXPECT_FALSE(name.error().cure().empty());
    }
}

TEST(DeviceName, TakesOrdinaryNames) {
    for (const std::string_view text : {"e", "eth0", "enp3s0f1", "bond0.17", "br-boot", "BOOT_0"})
        EXPECT_EQ(to_string(DeviceName::parse(text).value()), text);
}

}  // namespace
}  // namespace dim::cluster
