#include "tools/output/explanation_text.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

const std::vector<cluster::Explanation> kExplanations{
    {"name", "s01c1b01", "x.xml:5: <component name=\"blade\">", {}},
    {"type", "js21", "x.xml:9: <set for=\"s01\">: js21", {"x.xml:5: <component>: js20"}}};

TEST(ExplanationText, SaysWhereAndInsteadOfWhat) {
    EXPECT_EQ(explanation_text(kExplanations), "name: s01c1b01\n"
                                               "    x.xml:5: <component name=\"blade\">\n"
                                               "type: js21\n"
                                               "    x.xml:9: <set for=\"s01\">: js21\n"
                                               "    instead of x.xml:5: <component>: js20\n");
}

TEST(ExplanationText, JsonHasAList) {
    EXPECT_EQ(explanation_json({}), R"({"attributes":[]})");
    EXPECT_EQ(explanation_json(std::span(kExplanations).last(1)),
              R"({"attributes":[{"attribute":"type","value":"js21",)"
              R"("origin":"x.xml:9: <set for=\"s01\">: js21",)"
              R"("overridden":["x.xml:5: <component>: js20"]}]})");
}

}  // namespace
}  // namespace dim::tool
