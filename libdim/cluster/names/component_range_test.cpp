#include "libdim/cluster/names/component_range.hpp"

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

TEST(ComponentRange, RefusesOtherTexts) {
    for (const char* text : {"",
                             " ",
                             ",",
                             "s01,",
                             ",s01",
                             "s01,,s02",
                             "s01 , , s02",
                             "@",
                             "s01@",
                             "@s01",
                             "s01@@s02",
                             "-",
                             "s01,-",
                             "s01,--s02",
                             "=x",
                             "type=",
                             "!=x",
                             "ty pe=",
                             "s[1,2",
                             "s01;s02",
                             "$(reboot)",
                             "@/etc/passwd",
                             "`id`",
                             "s01|s02"}) {
        EXPECT_FALSE(ComponentRange::parse(text)) << text;
    }
    EXPECT_EQ(to_string(ComponentRange::parse("-s01").error()),
              "'-s01' takes away, but nothing stands before it (write all,-s01)");
    EXPECT_EQ(to_string(ComponentRange::parse("s01,,s02").error()),
              "a name is missing at ',' in 's01,,s02' (write it like s01,s02)");
}

TEST(ComponentRange, IsBounded) {
    EXPECT_EQ(
        ComponentRange::parse(std::string(ComponentRange::kLengthLimit + 1, 'a')).error().code(),
        ErrorCode::limit_exceeded);
    std::string many = "a";
    for (std::size_t i = 1; i < ComponentRange::kOperandsLimit; ++i)
        many += "@a";
    EXPECT_TRUE(ComponentRange::parse(many));
    EXPECT_EQ(ComponentRange::parse(many + "@a").error().code(), ErrorCode::limit_exceeded);
}

TEST(ComponentRange, ReadsSteps) {
    const auto range = ComponentRange::parse("s01c[1,3]b1 gpu@s01\n,\t-type!=js21  all");
    ASSERT_TRUE(range) << to_string(range.error());
    ASSERT_EQ(range->steps().size(), 4U);
    EXPECT_EQ(std::get<NameTerm>(range->steps()[0].intersection[0]).text(), "s01c[1,3]b1");
    EXPECT_EQ(range->steps()[1].intersection.size(), 2U);
    EXPECT_TRUE(range->steps()[2].is_exclusion);
    const auto& attribute = std::get<ComponentRange::Attribute>(range->steps()[2].intersection[0]);
    EXPECT_EQ(attribute.name, "type");
    EXPECT_EQ(attribute.value, "js21");
    EXPECT_TRUE(attribute.is_negated);
    EXPECT_TRUE(std::holds_alternative<ComponentRange::All>(range->steps()[3].intersection[0]));
    const auto dash = ComponentRange::parse("rack-a1,x=a=b");
    ASSERT_TRUE(dash);
    EXPECT_EQ(dash->steps().size(), 2U);
    EXPECT_EQ(std::get<ComponentRange::Attribute>(dash->steps()[1].intersection[0]).value, "a=b");
}

}  // namespace
}  // namespace dim::cluster
