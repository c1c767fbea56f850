#include "tools/output/revision_text.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

api::ClusterRevision revision(std::uint32_t number, bool is_in_force) {
    return {.number = number,
            .time = *model::Timestamp::parse("2026-11-20T13:40:00.000000Z"),
            .origin = "applied: /root/new.xml",
            .sha256 = "ab",
            .blades = 2406,
            .is_in_force = is_in_force};
}

TEST(RevisionText, OneInForceSaysSo) {
    EXPECT_EQ(revision_text(revision(3, true)), "revision 3, in force, 2026-11-20T13:40:00\n"
                                                "applied: /root/new.xml\n"
                                                "2406 blades, sha256 ab\n");
    EXPECT_EQ(revision_text(revision(3, false)).substr(0, 13), "revision 3, 2");
}

TEST(RevisionText, HistoryMarksTheOneInForce) {
    EXPECT_EQ(history_text({{revision(2, true), revision(1, false)}}),
              "REVISION  TIME                 BLADES  IN FORCE  ORIGIN\n"
              "2         2026-11-20T13:40:00  2406    yes       applied: /root/new.xml\n"
              "1         2026-11-20T13:40:00  2406    -         applied: /root/new.xml\n");
}

}  // namespace
}  // namespace dim::tool
