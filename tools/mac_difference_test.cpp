#include "tools/mac_difference.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using model::ComponentName;
using model::MacAddress;
using MacsSeen = std::vector<MacAddress>;

MacAddress mac(int number) {
    return MacAddress::parse("02:00:00:00:00:" + std::string(number < 10 ? "0" : "") +
                             std::to_string(number))
        .value();
}
ComponentName blade(int number) {
    return ComponentName::parse("s01c1b" + std::to_string(number)).value();
}

class MacDifferenceTest : public ::testing::Test {
protected:
    void see(int number, MacsSeen macs) {
        sightings.insert_or_assign(blade(number), Sighting{std::move(macs)});
    }
    void fail_at(int number) {
        sightings.insert_or_assign(blade(number), Sighting{fail(ErrorCode::io, "the bay burns")});
    }
    /// Of blades 1 to LAST: "new changed same".
    std::string kinds(int last) {
        std::vector<ComponentName> blades;
        for (int number = 1; number <= last; ++number)
            blades.push_back(blade(number));
        findings = mac_difference(blades, known, sightings);
        std::string text;
        for (const MacFinding& finding : findings)
            text.append(text.empty() ? "" : " ").append(to_string(finding.kind));
        return text;
    }
    MacFinding& found(int number) { return findings.at(static_cast<std::size_t>(number - 1)); }

    KnownMacs known;
    Sightings sightings;
    std::vector<MacFinding> findings;
};

TEST_F(MacDifferenceTest, AFailedBayIsItsBladesFailureOnly) {
    fail_at(1);
    see(2, {mac(2)});
    EXPECT_EQ(kinds(3), "refused new untold");
    EXPECT_EQ(found(1).problem->message(), "the bay burns");
    EXPECT_EQ(changes_of(findings), (std::vector<api::MacChange>{{blade(2), mac(2)}}));
}

TEST_F(MacDifferenceTest, NewChangedSameGoneAndEmpty) {
    known = {{blade(2), {mac(2)}}, {blade(3), {mac(4)}}, {blade(4), {mac(9)}}};
    see(1, {mac(1), mac(11)});
    see(2, {mac(22), mac(23)});
    see(3, {mac(3), mac(4)});
    see(4, {});
    see(5, {});
    EXPECT_EQ(kinds(5), "new changed same gone empty");
    EXPECT_EQ(found(1).now, mac(1));
    EXPECT_EQ(found(3).now, mac(4)) << "the port that it boots with is not the first";
    EXPECT_EQ(changes_of(findings),
              (std::vector<api::MacChange>{{blade(1), mac(1)}, {blade(2), mac(22)}}))
        << "what is gone is kept: it may come back";
}

TEST_F(MacDifferenceTest, TwoThatWereExchanged) {
    known = {{blade(1), {mac(1)}}, {blade(2), {mac(12)}}, {blade(3), {mac(3)}}};
    see(1, {mac(2), mac(12)});
    see(2, {mac(1), mac(11)});
    see(3, {mac(3)});
    EXPECT_EQ(kinds(3), "exchanged exchanged same");
    EXPECT_EQ(found(1).other, blade(2));
    EXPECT_EQ(found(1).now, mac(12)) << "with the port that it booted with";
    EXPECT_EQ(found(2).now, mac(1));
    EXPECT_EQ(changes_of(findings).size(), 2u);
}

TEST_F(MacDifferenceTest, ThreeThatWentRound) {
    known = {{blade(1), {mac(1)}}, {blade(2), {mac(2)}}, {blade(3), {mac(3)}}};
    see(1, {mac(2)});
    see(2, {mac(3)});
    see(3, {mac(1)});
    EXPECT_EQ(kinds(3), "moved moved moved");
    EXPECT_EQ(found(1).other, blade(2));
    EXPECT_EQ(changes_of(findings).size(), 3u);
}

TEST_F(MacDifferenceTest, ABoardThatWasPutElsewhereIsForgottenWhereItWas) {
    known = {{blade(1), {mac(1)}}};
    see(1, {});
    see(2, {mac(1)});
    EXPECT_EQ(kinds(2), "gone moved");
    EXPECT_EQ(found(1).other, blade(2));
    EXPECT_EQ(changes_of(findings),
              (std::vector<api::MacChange>{{.blade = blade(1)}, {blade(2), mac(1)}}));
}

TEST_F(MacDifferenceTest, NobodyTakesWhatAnotherKeeps) {
    known = {{blade(1), {mac(1)}}, {blade(9), {mac(9)}}};
    see(2, {mac(1)});
    see(3, {mac(9)});
    EXPECT_EQ(kinds(3), "untold refused refused");
    EXPECT_TRUE(found(2).problem->message().contains("nobody says that it is not any more"));
    EXPECT_TRUE(
        found(3).problem->cure().starts_with("name both: 'dim blade discover s01c1b3,s01c1b9'"));
    fail_at(1);
    EXPECT_EQ(kinds(3), "refused refused refused");
    see(1, {mac(5), mac(1)});
    EXPECT_EQ(kinds(3), "refused refused refused") << "the same board in two places";
}

TEST_F(MacDifferenceTest, ARefusalHoldsUpWhoComesBehind) {
    known = {{blade(1), {mac(1)}}, {blade(2), {mac(2)}}, {blade(9), {mac(9)}}};
    see(1, {mac(9)});
    see(2, {mac(1)});
    see(3, {mac(2)});
    EXPECT_EQ(kinds(3), "refused refused refused");
    EXPECT_TRUE(changes_of(findings).empty());
}

TEST_F(MacDifferenceTest, TheDefinitionWinsAndIsTold) {
    known = {{blade(1), {mac(1), true}}, {blade(2), {mac(2), true}}};
    see(1, {mac(3)});
    see(2, {mac(2)});
    see(3, {mac(1)});
    EXPECT_EQ(kinds(3), "refused same refused");
    EXPECT_TRUE(found(1).problem->message().contains("the cluster definition says"));
    EXPECT_TRUE(found(3).problem->message().contains("as the cluster definition says"));
}

TEST_F(MacDifferenceTest, OneMacAtTwoPlacesIsNobodys) {
    known = {{blade(1), {mac(1)}}};
    see(1, {mac(1)});
    see(2, {mac(2)});
    see(3, {mac(2)});
    see(4, {mac(1)});
    EXPECT_EQ(kinds(4), "refused refused refused refused");
    EXPECT_TRUE(found(2).problem->message().contains("was seen at s01c1b3, too"));
}

}  // namespace
}  // namespace dim::tool
