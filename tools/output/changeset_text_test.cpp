#include "libdim/manifest/manifest_samples.hpp"
#include "tools/output/changeset_text.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

const changeset::Outline kGrown =
    changeset::outline_of({}, "aa", manifest::samples::every_type(), "bb");

TEST(ChangesetText, SaysHowMuchThereIs) {
    const changeset::Content content{.sha256 = {}, .size = 4, .bytes = 4, .path = {}};
    EXPECT_EQ(amounts_text(kGrown, {&content, 1}),
              "12 changes; contents: 1 in full, 0 as deltas, 0 from the older tree; 4 B for 4 B of "
              "files\n");
    const auto json = nlohmann::json::parse(changeset_json(kGrown, {&content, 1}));
    EXPECT_EQ(json["from"], "aa");
    EXPECT_EQ(json["contents"]["whole"], 1);
    EXPECT_EQ(json["differences"].size(), 12U);
    EXPECT_EQ(json["differences"][0]["path"], ".");
}

TEST(ChangesetText, SaysHowATreeStands) {
    const changeset::Look look{
        changeset::Standing::other,
        {{"etc/\xff", manifest::DifferenceKind::content, {"size", "content"}}}};
    EXPECT_EQ(differences_text(look.differences), "content   etc/\\ff (size, content)\n");
    EXPECT_EQ(look_json(look),
              R"({"standing":"other","differences":[{"kind":"content","path":"etc/\\ff",)"
              R"("aspects":["size","content"]}]})"
              "\n");
}

}  // namespace
}  // namespace dim::tool
