#include "libdim/api/message_samples.hpp"
#include "tools/output/deployment_text.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

model::ComponentName blade(const std::string& name) {
    return model::ComponentName::parse(name).value();
}

DeploymentPlan plan() {
    api::ImageSummary image = api::samples::image_summary();
    image.blade_image_bytes = std::uint64_t{2} << 30;
    const Error other(ErrorCode::conflict, "image granite is in use");
    return {.image = image,
            .builds_boot_file = true,
            .steps = {{DeploymentAct::create, {blade("s01c1b01"), blade("s01c1b02")}},
                      {DeploymentAct::offer, {blade("s01c1b01")}}},
            .settled = {blade("s01c1b03")},
            .refused = {{blade("s01c1b04"), other}, {blade("s01c1b05"), other}}};
}

std::string first_and_more(std::span<const model::ComponentName> names) {
    return to_string(names.front()) + (names.size() > 1 ? "…" : "");
}

TEST(DeploymentText, EachStepIsALineAndEachCauseOne) {
    EXPECT_EQ(to_text(plan(), first_and_more, "would "),
              "image granite, generation " + to_string(plan().image.generation) +
                  ", 2 GiB each\n"
                  "would build its boot file\n"
                  "would create the blade images of 2 blades: s01c1b01…\n"
                  "would export the blade images of 1 blade: s01c1b01\n"
                  "nothing is left to do for 1 blade: s01c1b03\n"
                  "refused, since image granite is in use: 2 blades: s01c1b04…\n");
}

TEST(DeploymentText, NamesThatNobodyKnowsStayOut) {
    const auto nothing = [](std::span<const model::ComponentName>) { return std::string(); };
    EXPECT_TRUE(to_text(plan(), nothing, "").contains("\nexport the blade images of 1 blade\n"));
}

TEST(DeploymentText, ProgramsGetTheWordsOfTheCommands) {
    const std::string json = to_json(plan());
    EXPECT_TRUE(json.contains(R"("build_boot_file":true,"steps":[{"do":"create","blades":)"
                              R"(["s01c1b01","s01c1b02"]},{"do":"export","blades":["s01c1b01"]}],)"
                              R"("settled":["s01c1b03"],"refused":[{"blade":"s01c1b04",)"))
        << json;
}

TEST(DeploymentText, AResultTellsWhatWasDoneAndWhatFailed) {
    DeploymentResult result;
    result.blades[blade("s01c1b01")] = {.done = {DeploymentAct::create, DeploymentAct::withdraw},
                                        .problem =
                                            Error(ErrorCode::conflict, "busy").with_cure("wait")};
    result.blades[blade("s01c1b03")] = {};
    const std::string json = to_json(plan(), result);
    EXPECT_TRUE(json.contains(R"("built_boot_file":false,"blades":[{"blade":"s01c1b01",)"
                              R"("done":["create","unexport"],"problem":{)"))
        << json;
    EXPECT_TRUE(json.contains(R"("detail":"busy","cure":"wait"}},{"blade":"s01c1b03","done":[]}])"))
        << json;
}

}  // namespace
}  // namespace dim::tool
