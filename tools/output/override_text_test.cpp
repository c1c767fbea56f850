#include "libdim/api/message_samples.hpp"
#include "tools/output/override_text.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

api::OverrideFile file_in(const std::string& state) {
    api::OverrideFile file = api::samples::override_file();
    file.path = "/etc/" + state;
    file.state = state;
    return file;
}

TEST(OverrideText, TellsAProblemAndEveryFile) {
    EXPECT_THAT(override_list_text(api::samples::override_list()),
                AllOf(HasSubstr("problem"), HasSubstr("/etc/motd"), HasSubstr("group/gpu/etc/motd"),
                      HasSubstr("the blade changed it"), Not(HasSubstr("welcome"))));
}

TEST(OverrideText, ShowsATextButNoSecret) {
    api::OverrideFile secret = file_in("current");
    secret.is_secret = true;
    secret.text.reset();
    api::OverrideFile foreign = file_in("changed");
    foreign.text = "a\x1b[2J\nb\n";
    const std::string text =
        override_files_text({{{api::samples::blade(), api::samples::image(), {secret, foreign}}}});
    EXPECT_THAT(text, AllOf(HasSubstr("rule     group/gpu/etc/motd\n"),
                            HasSubstr("over     cluster/etc/motd\n"),
                            HasSubstr("a secret, not shown"), HasSubstr("  | a?[2J\n  | b\n")));
}

TEST(OverrideText, WhatIsGoodIsNotWritten) {
    api::ImageOverrides image{api::samples::blade(), api::samples::image()};
    for (const char* state : {"current", "missing", "outdated", "changed", "leftover", "problem"})
        image.files.push_back(file_in(state));
    const api::ImageOverrides good{
        api::samples::blade(), api::samples::image(), {file_in("current")}};
    const api::OverrideList list = overrides_to_write({{image, good}});
    ASSERT_EQ(list.images.size(), 1U);
    std::vector<std::string> states;
    for (const api::OverrideFile& file : list.images.front().files)
        states.push_back(file.state);
    EXPECT_THAT(states, ::testing::ElementsAre("missing", "outdated", "changed", "problem"));
}

}  // namespace
}  // namespace dim::tool
