#include "libdim/api/message_samples.hpp"
#include "tools/output/image_text.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

TEST(ImageText, SaysWhatIsMissing) {
    api::ImageDetails bare = api::samples::bare_image_details();
    bare.image.zimage_bytes.reset();
    const std::string text = details_text(bare);
    EXPECT_THAT(text, HasSubstr("shared root   3 GiB on disk; no manifest"));
    EXPECT_THAT(text, HasSubstr("blade images  0 of 256 MiB, ext4\n"));
    EXPECT_THAT(text, HasSubstr("'dim buildzimage' makes it"));
}

TEST(ImageText, SaysWhatAnImageIsMadeOf) {
    const std::string text = details_text(api::samples::image_details());
    EXPECT_THAT(text, HasSubstr("shared        usr\n"));
    EXPECT_THAT(text, HasSubstr("syncs         conflicts: keep; merged: passwd,group; kept out: - "
                                "/etc/motd; /srv/app/\n"));
    EXPECT_THAT(text, HasSubstr("source        ssh://root@master:2222/srv/tree, without /proc/* "
                                "lost+found\n"));
    EXPECT_THAT(text, HasSubstr("shared root   145000 entries, 120000 files of 3 GiB, 3 GiB on "
                                "disk\n              digest ba7816bf"));
    EXPECT_THAT(text, HasSubstr("blade images  1 of 256 MiB, ext4: s01c1b01\n"));
}

TEST(ImageText, NamesEachDifference) {
    api::ImageCheck check = api::samples::image_check();
    check.differences.push_back({.path = "opt/x", .kind = "created", .aspects = {}});
    EXPECT_EQ(differences_text(check.differences, 1002),
              "content   usr/lib/a\\20name (size, content, modified)\n"
              "created   opt/x\n"
              "and 1000 more\n");
    EXPECT_EQ(differences_text({}, 0), "");
}

TEST(ImageText, ListsGenerations) {
    const std::string text = generations_text(api::samples::image_generation_list());
    EXPECT_THAT(text, HasSubstr("ba7816bf+ba7816bf  /srv/tree  good"));
    EXPECT_THAT(text, HasSubstr("BLADE IMAGES  PINNED"));
    EXPECT_THAT(text, HasSubstr("  56            4       2 GiB  3 MiB  1 MiB    ba7816bf"));
}

}  // namespace
}  // namespace dim::tool
