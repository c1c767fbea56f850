#include "libdim/api/message_samples.hpp"
#include "tools/output/sync_log_text.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

TEST(SyncLogText, IsALineForEachSync) {
    api::LoggedSync begun{.number = 15,
                          .image = api::samples::image(),
                          .began = api::samples::time(),
                          .by = "uid 7\x1b",
                          .options = ""};
    EXPECT_EQ(
        sync_log_text({{begun, api::samples::logged_sync()}}),
        "SYNC  BEGAN                IMAGE    FROM  TO  BLADES  PATHS  CONFLICTS  KEPT OUT  "
        "FAILED  BY      OPTIONS\n"
        "15    2026-11-20T13:40:00  granite  -     -   ?       -      -          -         "
        "-       uid 7?  did not end\n"
        "14    2026-11-20T13:40:00  granite  7     -   3 of 5  12     2          4         "
        "1       root    --overwrite, taken back by sync 15, of an image that was removed since\n");
    EXPECT_EQ(sync_log_text({}), "No sync was run.\n");
}

TEST(SyncLogText, OfABladeHasThePathsThatStayed) {
    const std::string text = blade_sync_log_text({{api::samples::logged_sync()}});
    EXPECT_THAT(text, HasSubstr("synced  1 created, 2 changed, 3 removed, 1 merged, 1 conflict, 1 "
                                "kept out  root  --overwrite, taken back"));
    EXPECT_THAT(text, HasSubstr("\nsync 14, stays, for both sides changed it:\n  /etc/motd: it"));
    EXPECT_THAT(text, HasSubstr("\nsync 14, problem:\n  "));
    EXPECT_EQ(blade_sync_log_text({}), "No sync touched it.\n");
}

}  // namespace
}  // namespace dim::tool
