#include "libdim/override/override_settings.hpp"

#include <gmock/gmock.h>

namespace dim::overrides {
namespace {

using ::testing::HasSubstr;

TEST(OverrideSettings, RefusesWhatIsNone) {
    for (const char* line :
         {"fstab", "fstab no", "fstab off now", "swap off", "root-interface-name",
          "root-interface-name lo", "root-interface-name eth0;reboot",
          "root-interface-name eth0..5", "root-interface-name a-name-that-is-too-long"}) {
        const auto refused = parse_settings("# mine\n" + std::string(line) + "\n", "cluster/.dim");
        ASSERT_FALSE(refused) << line;
        EXPECT_EQ(refused.error().code(), ErrorCode::invalid_input);
        EXPECT_THAT(refused.error().message(), HasSubstr("cluster/.dim, line 2: "));
        EXPECT_THAT(refused.error().cure(), HasSubstr("ssh-host-keys"));
    }
}

TEST(OverrideSettings, EverythingIsOnUntilItIsSwitchedOff) {
    const Settings none = *parse_settings("", "f");
    for (const Builtin builtin : kBuiltins)
        EXPECT_TRUE(none.is_on(builtin));
    Settings settings = *parse_settings("fstab off # has a disk\nhosts off\n\n"
                                        "root-interface-name eth0",
                                        "f");
    EXPECT_FALSE(settings.is_on(Builtin::fstab));
    EXPECT_EQ(settings.root_interface_name, "eth0");
    settings.take(*parse_settings("fstab on\n", "g"));
    EXPECT_TRUE(settings.is_on(Builtin::fstab));
    EXPECT_FALSE(settings.is_on(Builtin::hosts));
    EXPECT_EQ(settings.root_interface_name, "eth0");
}

}  // namespace
}  // namespace dim::overrides
