#include "initagent/boot_path.hpp"

#include <gtest/gtest.h>

namespace dim::agent {
namespace {

TEST(BootPath, RefusesWhatIsNoDevice) {
    for (const char* text : {"", "/", "net", ":a", "/a/../b", "/a//b", "/a/", "/./a", "/a\x01"})
        EXPECT_FALSE(parse_boot_path(text)) << text;
    EXPECT_FALSE(parse_boot_path("/" + std::string(kBootPathLimit, 'a')));
}

TEST(BootPath, SplitsTheDeviceFromItsArguments) {
    EXPECT_EQ(*parse_boot_path("/vdevice/l-lan@71000001"),
              (BootPath{"/vdevice/l-lan@71000001", ""}));
    EXPECT_EQ(*parse_boot_path("/ht@0,f2000000/pci@8/ethernet@1:speed=auto,/a:b"),
              (BootPath{"/ht@0,f2000000/pci@8/ethernet@1", "speed=auto,/a:b"}));
}

TEST(BootPath, PrintsWhatItReadsBack) {
    for (const char* text : {"/vdevice/l-lan@71000001", "/pci@8/ethernet@1:10.1.0.1,a"})
        EXPECT_EQ(to_string(*parse_boot_path(text)), text);
}

}  // namespace
}  // namespace dim::agent
