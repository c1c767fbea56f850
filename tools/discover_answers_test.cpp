#include "tools/discover_answers.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using model::ComponentName;

ComponentName asked_name(const char* text) { return ComponentName::parse(text).value(); }
const std::set<ComponentName> kAsked{asked_name("s01c1b01"), asked_name("s01c1b02"),
                                     asked_name("s01c1b03")};

Sightings sightings_of(const std::string& text) {
    auto answers = parse_discover_answers(text, kAsked);
    EXPECT_TRUE(answers);
    EXPECT_TRUE(answers->problems.empty()) << answers->problems.front().message();
    return std::move(answers->sightings);
}
/// Why the line about the first blade is wrong.
std::string problem_of(const std::string& members) {
    const auto sightings = sightings_of(R"({"name":"s01c1b01",)" + members + "}\n");
    const Sighting& first = sightings.at(asked_name("s01c1b01"));
    return first.macs ? "" : first.macs.error().message();
}

TEST(DiscoverAnswers, AWrongLineIsItsBladesFailure) {
    EXPECT_EQ(problem_of(R"("mac":"x")"), "the plug-in's mac: 'x' is not a MAC address such as "
                                          "00:0d:60:1e:ca:00");
    for (const char* members :
         {R"("mac":7)", R"("mac":["01:00:5e:00:00:01"])", R"("mac":"00:00:00:00:00:00")",
          R"("mac":{})", R"("mac":null)", R"("no":1)",
          R"("mac":"02:00:00:00:00:01","module":"s01c1mm","bay":0)",
          R"("mac":"02:00:00:00:00:01","module":"no name!","bay":1)",
          R"("mac":"02:00:00:00:00:01","module":5,"bay":1)",
          R"("mac":"02:00:00:00:00:01","module":"s01c1mm","bay":-1)", R"("error":"it burns")"})
        EXPECT_NE(problem_of(members), "") << members;
    EXPECT_EQ(problem_of(R"("error":"it\u001b[2J burns")"), "it?[2J burns");
    std::string many = R"("mac":["02:00:00:00:00:01")";
    for (std::size_t i = 0; i < discover_limits::kMacs; ++i)
        many += R"(,"02:00:00:00:00:01")";
    EXPECT_NE(problem_of(many + "]"), "");
}

TEST(DiscoverAnswers, ALineThatNamesNoBladeIsToldWithItsNumber) {
    const std::string good = R"({"name":"s01c1b02","mac":"02:00:00:00:00:02"})";
    for (const std::string line :
         {"no JSON", "[]", "{}", R"({"name":5})", R"({"name":"s09c1b01","mac":[]})", "\xff\xfe",
          R"({"name":"s01c1b01","mac":[[[[[1]]]]]})"}) {
        const auto answers = parse_discover_answers("\n" + line + "\n" + good, kAsked);
        ASSERT_TRUE(answers);
        const bool is_told =
            answers->problems.size() == 1 || answers->sightings.contains(asked_name("s01c1b01"));
        EXPECT_TRUE(is_told) << line;
        if (!answers->problems.empty())
            EXPECT_TRUE(answers->problems[0].message().starts_with("line 2: ")) << line;
        EXPECT_TRUE(answers->sightings.at(asked_name("s01c1b02")).macs) << line;
    }
    const std::string longest(discover_limits::kLineBytes + 1, ' ');
    EXPECT_EQ(parse_discover_answers("{" + longest + "}", kAsked)->problems.size(), 1u);
}

TEST(DiscoverAnswers, AreBounded) {
    const std::string lines(discover_limits::kLines + 1, '\n');
    EXPECT_EQ(parse_discover_answers(lines, kAsked).error().code(), ErrorCode::limit_exceeded);
    std::string wrong;
    for (std::size_t i = 0; i < 1000; ++i)
        wrong += "x\n";
    EXPECT_EQ(parse_discover_answers(wrong, kAsked)->problems.size(), discover_limits::kProblems);
}

TEST(DiscoverAnswers, TellMacsAndPlaces) {
    const auto seen =
        sightings_of(R"({"name":"s01c1b01","mac":["00-0D-60-1E-81-1A","02:00:00:00:00:02",)"
                     R"("00:0d:60:1e:81:1a"],"module":"s01c1mm","bay":1})"
                     "\r\n\n"
                     R"({"name":"s01c1b02","mac":[],"more":[1,2]})"
                     "\n"
                     R"({"name":"s01c1b03","mac":"02:00:00:00:00:03","module":"s01c1mm"})");
    const Sighting& first = seen.at(asked_name("s01c1b01"));
    ASSERT_TRUE(first.macs);
    ASSERT_EQ(first.macs->size(), 2u) << "one of them was told twice";
    EXPECT_EQ(to_string(first.macs->front()), "00:0d:60:1e:81:1a");
    EXPECT_EQ(first.place, (api::MacPlace{asked_name("s01c1mm"), 1}));
    EXPECT_TRUE(seen.at(asked_name("s01c1b02")).macs->empty());
    EXPECT_EQ(seen.at(asked_name("s01c1b03")).macs->size(), 1u);
    EXPECT_EQ(seen.at(asked_name("s01c1b03")).place, std::nullopt);
}

TEST(DiscoverAnswers, ABladeThatIsToldOfTwiceIsInDoubt) {
    const std::string line = R"({"name":"s01c1b01","mac":"02:00:00:00:00:01"})";
    EXPECT_FALSE(sightings_of(line + "\n" + line).at(asked_name("s01c1b01")).macs);
}

}  // namespace
}  // namespace dim::tool
