#include "libdim/manifest/compare.hpp"
#include "libdim/manifest/manifest_samples.hpp"

#include <gmock/gmock.h>

namespace dim::manifest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Entry& entry_of(Manifest& manifest, std::string_view path) {
    return *std::ranges::find(manifest.entries, path, &Entry::path);
}

TEST(Compare, NamesEachAspect) {
    const Manifest older = samples::every_type();
    const auto aspects = [&](std::string_view path, auto change) {
        Manifest newer = older;
        change(entry_of(newer, path));
        const std::vector<Difference> differences = compare(older, newer);
        return differences.size() == 1 ? to_string(differences.front()) : "not one";
    };
    EXPECT_EQ(aspects("", [](Entry& entry) { entry.mode = 0700; }), "metadata  . (mode)");
    EXPECT_EQ(aspects("etc", [](Entry& entry) { entry.owner = entry.group = 1; }),
              "metadata  etc (owner, group)");
    EXPECT_EQ(aspects("etc", [](Entry& entry) { entry.modified.nanoseconds = 1; }),
              "metadata  etc (modified)");
    EXPECT_EQ(aspects("etc", [](Entry& entry) { entry.attributes["user.x"] = "y"; }),
              "metadata  etc (attributes)");
    EXPECT_EQ(aspects("etc", [](Entry& entry) { entry.type = EntryType::fifo; }),
              "content   etc (type)");
    EXPECT_EQ(aspects("dev/null", [](Entry& entry) { entry.device_minor = 5; }),
              "content   dev/null (device)");
    EXPECT_EQ(aspects("etc/\xff\xfe name",
                      [](Entry& entry) {
                          entry.target = "x";
                          entry.mode = 0;
                      }),
              "content   etc/\\ff\\fe\\20name (target, mode)");
    EXPECT_EQ(aspects("bin/tool",
                      [](Entry& entry) {
                          entry.size = 5;
                          entry.sha256[0] ^= 1;
                      }),
              "content   bin/tool (size, content)");
}

TEST(Compare, NamesWhatCameAndWent) {
    const Manifest whole = samples::every_type();
    Manifest part = whole;
    std::erase_if(part.entries, [](const Entry& entry) { return entry.path.starts_with("dev/"); });
    EXPECT_THAT(compare(whole, whole), IsEmpty());
    const auto kinds = [](const std::vector<Difference>& differences) {
        std::string text;
        for (const Difference& difference : differences)
            text += to_string(difference) + '\n';
        return text;
    };
    EXPECT_EQ(kinds(compare(whole, part)), "removed   dev/fifo\nremoved   dev/log\n"
                                           "removed   dev/null\nremoved   dev/sda\n");
    EXPECT_EQ(kinds(compare(part, whole)), "created   dev/fifo\ncreated   dev/log\n"
                                           "created   dev/null\ncreated   dev/sda\n");
    EXPECT_EQ(compare(Manifest{}, whole).size(), whole.entries.size());
}

TEST(Compare, SeesBrokenLinksButNotOtherNumbers) {
    const Manifest older = samples::every_type();
    Manifest broken = older;
    for (Entry& entry : broken.entries)
        entry.link_group = 0;
    EXPECT_THAT(
        compare(older, broken),
        ElementsAre(Difference{"bin/tool", DifferenceKind::metadata, {"hard links"}},
                    Difference{"lib/tool\nagain", DifferenceKind::metadata, {"hard links"}}));
    // Another group before it moves its number.
    Manifest more = older;
    for (Entry& entry : more.entries)
        entry.link_group *= 2;
    Entry first = entry_of(more, "dev/fifo");
    first.link_group = 1;
    for (const char* path : {"aa", "ab"}) {
        first.path = path;
        more.entries.push_back(first);
    }
    std::ranges::sort(more.entries, {}, &Entry::path);
    EXPECT_THAT(compare(older, more), ElementsAre(Difference{"aa", DifferenceKind::created, {}},
                                                  Difference{"ab", DifferenceKind::created, {}}));
}

}  // namespace
}  // namespace dim::manifest
