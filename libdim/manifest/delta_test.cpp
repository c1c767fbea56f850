#include "libdim/manifest/delta.hpp"
#include "libdim/manifest/manifest_samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::manifest {
namespace {

using ::testing::HasSubstr;

const std::string kFrom(64, 'a');
const std::string kTo(64, 'b');

Manifest other() {
    Manifest manifest = samples::every_type();
    std::erase_if(manifest.entries, [](const Entry& entry) { return entry.path == "dev/sda"; });
    manifest.entries.back().mode = 0600;
    Entry added = manifest.entries.front();
    added.path = "zoo";
    manifest.entries.push_back(added);
    return manifest;
}

TEST(ManifestDelta, LeadsThereAndBack) {
    const Manifest one = samples::every_type();
    const Manifest two = other();
    EXPECT_EQ(apply(delta_between(one, two), one).value(), two);
    EXPECT_EQ(apply(delta_between(two, one), two).value(), one);
    EXPECT_EQ(delta_between(one, one), Delta{});
}

TEST(ManifestDelta, HasOnlyWhatChanged) {
    const Delta delta = delta_between(samples::every_type(), other());
    EXPECT_THAT(delta.removed, ::testing::ElementsAre("dev/sda"));
    EXPECT_EQ(delta.put.size(), 2U);
}

TEST(ManifestDelta, IsReadAsItWasWritten) {
    const Delta delta = delta_between(samples::every_type(), other());
    const DeltaText read = parse_delta(to_text(delta, kFrom, kTo)).value();
    EXPECT_EQ(read.delta, delta);
    EXPECT_EQ(read.from, kFrom);
    EXPECT_EQ(read.to, kTo);
}

TEST(ManifestDelta, OfAnotherManifestIsRefused) {
    const Delta delta{.removed = {"nowhere"}, .put = {}};
    const auto made = apply(delta, samples::every_type());
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message(), HasSubstr("nowhere"));
    const Delta late{.removed = {"zzz"}, .put = {}};
    EXPECT_FALSE(apply(late, samples::every_type()));
}

TEST(ManifestDelta, ThatIsDamagedIsRefused) {
    std::string text = to_text(delta_between(samples::every_type(), other()), kFrom, kTo);
    EXPECT_FALSE(parse_delta(text.substr(0, text.size() / 2)));
    text[text.find("zoo")] = 'Z';
    EXPECT_FALSE(parse_delta(text));
    EXPECT_FALSE(parse_delta(""));
}

}  // namespace
}  // namespace dim::manifest
