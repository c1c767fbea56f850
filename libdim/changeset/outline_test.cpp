#include "libdim/changeset/outline.hpp"
#include "libdim/manifest/manifest_samples.hpp"

#include <algorithm>

#include <gmock/gmock.h>

namespace dim::changeset {
namespace {

using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> paths_in(const Manifest& manifest) {
    std::vector<std::string> paths;
    for (const Entry& entry : manifest.entries)
        paths.push_back(entry.path);
    return paths;
}

Entry& at(Manifest& manifest, std::string_view path) {
    return *std::ranges::find(manifest.entries, path, &Entry::path);
}

class ChangesetOutline : public ::testing::Test {
protected:
    Outline outline() const { return outline_of(older, "from", newer, "to"); }

    const Manifest root{{manifest::samples::every_type().entries.front()}};
    const Manifest older = manifest::samples::every_type();
    Manifest newer = older;
};

TEST_F(ChangesetOutline, OfWhatIsTheSameIsEmpty) {
    EXPECT_THAT(outline().older.entries, IsEmpty());
    EXPECT_THAT(needed_files(outline()), IsEmpty());
    EXPECT_EQ(outline().from, "from");
}

TEST_F(ChangesetOutline, HasTheDirectoriesOfWhatDiffers) {
    at(newer, "dev/null").device_minor = 5;
    EXPECT_THAT(paths_in(outline().older), ElementsAre("", "dev", "dev/null"));
    EXPECT_THAT(paths_in(outline().newer), ElementsAre("", "dev", "dev/null"));
    EXPECT_THAT(needed_files(outline()), IsEmpty());
}

TEST_F(ChangesetOutline, HasAllNamesOfAFile) {
    at(newer, "bin/tool").mode = 0700;
    at(newer, "lib/tool\nagain").mode = 0700;
    EXPECT_EQ(needed_files(outline()).size(), 1U) << "the other name is a link to it";
    newer = older;
    std::erase_if(newer.entries, [](const Entry& entry) { return entry.path == "bin/tool"; });
    at(newer, "lib/tool\nagain").link_group = 0;
    EXPECT_THAT(paths_in(outline().older), ElementsAre("", "bin", "bin/tool", "lib/tool\nagain"));
    EXPECT_THAT(paths_in(outline().newer), ElementsAre("", "bin", "lib/tool\nagain"));
    EXPECT_THAT(needed_files(outline()), IsEmpty());
    EXPECT_THAT(differences_of(outline()).size(), 2U);
}

TEST_F(ChangesetOutline, NothingIsInWhatIsNoDirectory) {
    Outline wrong = outline_of(root, "from", newer, "to");
    EXPECT_TRUE(check_outline(wrong));
    at(wrong.newer, "dev").type = EntryType::symlink;
    EXPECT_FALSE(check_outline(wrong));
    std::swap(wrong.newer, wrong.older);
    EXPECT_FALSE(check_outline(wrong));
    wrong = outline_of(root, "from", newer, "to");
    at(wrong.newer, "").type = EntryType::symlink;
    EXPECT_FALSE(check_outline(wrong));
    wrong.newer = root;
    EXPECT_TRUE(check_outline(wrong));
    wrong.newer.entries.push_back(at(newer, "dev/null"));
    wrong.newer.entries.back().path = ".dim-changeset-0123";
    EXPECT_FALSE(check_outline(wrong));
    wrong.newer = {};
    EXPECT_FALSE(check_outline(wrong));
}

}  // namespace
}  // namespace dim::changeset
