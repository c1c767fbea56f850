#include "libdim/override/template_text.hpp"

#include <gmock/gmock.h>

namespace dim::overrides {
namespace {

using ::testing::HasSubstr;

const Words kWords{{"name", "s01c1b01"}, {"address.bootnet", "10.1.0.11"}, {"property.rack", ""}};

Error refused(std::string_view text) {
    const auto made = substitute(text, kWords, "etc/motd");
    return made ? Error(ErrorCode::internal, "accepted") : made.error();
}

TEST(TemplateText, NamesFileAndLineAndTheWordsThereAre) {
    const Error error = refused("one\ntwo {nmae}\n");
    EXPECT_EQ(error.code(), ErrorCode::invalid_input);
    EXPECT_THAT(error.message(), HasSubstr("etc/motd, line 2"));
    EXPECT_THAT(error.message(), HasSubstr("'{nmae}'"));
    EXPECT_THAT(error.cure(), HasSubstr("{address.bootnet}, {name}, {property.rack}"));
    EXPECT_THAT(error.cure(), HasSubstr(".verbatim"));
}

TEST(TemplateText, RefusesABraceThatIsNotClosed) {
    for (const char* text : {"{name", "{name\n}", "a {na{name}", "{}", "{ name}{Name}", "{name }"})
        EXPECT_EQ(refused(text).code(), ErrorCode::invalid_input) << text;
}

TEST(TemplateText, RefusesWhatGrowsTooLong) {
    const Words words{{"w", std::string(std::size_t{1} << 20, 'x')}};
    EXPECT_EQ(substitute("{w}{w}{w}{w}{w}", words, "big").error().code(),
              ErrorCode::limit_exceeded);
}

TEST(TemplateText, ReplacesWordsAndNothingElse) {
    EXPECT_EQ(substitute("{name}={address.bootnet}{property.rack}}\n", kWords, "f"),
              "s01c1b01=10.1.0.11}\n");
    EXPECT_EQ(substitute("${{HOME} {{name}", kWords, "f"), "${HOME} {name}");
    EXPECT_EQ(substitute("f() {\n  { :; }\n}\n{", kWords, "f"), "f() {\n  { :; }\n}\n{");
    EXPECT_EQ(substitute("", kWords, "f"), "");
}

TEST(TemplateText, AValueIsNoTemplate) {
    EXPECT_EQ(substitute("{a}", {{"a", "{b}"}, {"b", "c"}}, "f"), "{b}");
}

TEST(TemplateText, ANulMakesItBinary) {
    EXPECT_TRUE(is_binary(std::string_view("a\0b", 3)));
    EXPECT_FALSE(is_binary("a{b}\xff"));
}

}  // namespace
}  // namespace dim::overrides
