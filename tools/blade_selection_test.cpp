#include "tools/blade_selection.hpp"
#include "tools/fake_daemon.hpp"

#include <CLI/CLI.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What the daemon is asked when WORDS are the arguments of a command.
struct Asked {
    Outcome<api::ImageOfBlades> request;
    std::vector<std::string> requests;
};

Asked ask(const std::vector<std::string>& words) {
    FakeDaemon daemon;
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01", "s01c1b02"}));
    ImageAndBlades arguments;
    CLI::App app;
    arguments.add_options(app);
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    app.parse(reversed);
    auto request = arguments.resolve(daemon.context());
    return {std::move(request), daemon.requests()};
}

TEST(BladeSelection, NobodyAndWhatIsNoRangeAreRefusedUnasked) {
    const FakeDaemon daemon;
    const Context context = daemon.context();
    EXPECT_EQ(BladeSelection().resolve(context).error().cause.message(), "no blade is named");
    BladeSelection wrong{.ranges = {"s01", "b["}};
    EXPECT_EQ(wrong.resolve(context).error().exit_code, ExitCode::usage);
    EXPECT_THAT(daemon.requests(), ElementsAre());
}

TEST(BladeSelection, WhatIsNoBladeIsRefused) {
    FakeDaemon daemon;
    const auto mm = model::ComponentName::parse("s01c1mm").value();
    daemon.prepare("POST /v1/names",
                   to_json(api::NameList{{{mm, mm, "management-module", {}, {}}}}));
    BladeSelection selection{.ranges = {"mm1"}};
    const auto refused = selection.resolve(daemon.context());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cause.message(), "s01c1mm is no blade but a management-module");
}

TEST(BladeSelection, WhatTheDaemonSaysIsPassedOn) {
    FakeDaemon daemon;
    daemon.prepare("POST /v1/names",
                   Error(ErrorCode::not_found, "s01c[9-9]: the chassis are 1 to 4"));
    BladeSelection selection{.ranges = {"s01c[9-9]"}};
    EXPECT_EQ(selection.resolve(daemon.context()).error().cause.message(),
              "s01c[9-9]: the chassis are 1 to 4");
}

TEST(BladeSelection, SeveralArgumentsAreOneRange) {
    FakeDaemon daemon;
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01", "s01c1b02"}));
    BladeSelection selection{.ranges = {"s01", "-s01c1b03"}};
    const auto blades = selection.resolve(daemon.context());
    ASSERT_TRUE(blades) << blades.error().cause.message();
    EXPECT_EQ(blades->back().text(), "s01c1b02");
    EXPECT_THAT(daemon.requests(),
                ElementsAre(R"(POST /v1/names {"range":"s01,-s01c1b03","role":"blade"})"));
}

TEST(BladeSelection, AllIsARange) {
    FakeDaemon daemon;
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01"}));
    BladeSelection selection{.ranges = {"all"}};
    ASSERT_TRUE(selection.resolve(daemon.context()));
    EXPECT_THAT(daemon.requests(), ElementsAre(HasSubstr(R"("range":"all")")));
}

TEST(BladeSelection, OneBladeIsOne) {
    FakeDaemon daemon;
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01", "s01c1b02"}));
    EXPECT_EQ(resolve_blade(daemon.context(), "s01").error().cause.message(),
              "'s01' names 2 blades");
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01"}));
    EXPECT_EQ(resolve_blade(daemon.context(), "b1")->text(), "s01c1b01");
}

TEST(BladeSelection, AQuestionThatNobodyAnswersNamesTheDeed) {
    const FakeDaemon daemon;  // which gives no definition: the names stay out
    const std::vector blades(9, model::ComponentName::parse("s01c1b01").value());
    const auto refused = confirm_blades(daemon.context(), "delete", blades);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cause.message(), "would delete 9 blades");
    EXPECT_EQ(refused.error().exit_code, ExitCode::not_confirmed);
}

TEST(ImageAndBlades, TheImageIsMissing) {
    const Asked asked = ask({});
    ASSERT_FALSE(asked.request);
    EXPECT_EQ(asked.request.error().cause.message(), "no image is named");
    EXPECT_EQ(ask({"granite"}).request.error().cause.message(), "no blade is named");
}

TEST(ImageAndBlades, TheImageIsLast) {
    const Asked asked = ask({"s01c1b01", "s01c1b02", "granite"});
    ASSERT_TRUE(asked.request) << asked.request.error().cause.message();
    EXPECT_EQ(asked.request->image.text(), "granite");
    EXPECT_THAT(asked.requests, ElementsAre(HasSubstr(R"("range":"s01c1b01,s01c1b02")")));
    EXPECT_THAT(ask({"all", "granite"}).requests, ElementsAre(HasSubstr(R"("range":"all")")));
}

TEST(ImageAndBlades, WhoTypesTheImageFirstIsToldTheOrder) {
    FakeDaemon daemon;
    daemon.prepare("POST /v1/names",
                   Error(ErrorCode::not_found, "there is no granite").with_cure("look"));
    ImageAndBlades arguments;
    CLI::App app;
    arguments.add_options(app);
    app.parse("granite s01c1b01");
    const auto refused = arguments.resolve(daemon.context());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cause.message(), "there is no granite");
    EXPECT_EQ(refused.error().cause.cure(), "look\n's01c1b01', the last word, is the image");
}

}  // namespace
}  // namespace dim::tool
