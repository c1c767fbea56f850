#include "libdim/api/message_samples.hpp"
#include "tools/output/sync_conflict_text.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

TEST(SyncConflictText, HasWhatEachSideHas) {
    api::SyncConflict bare = api::samples::sync_conflict();
    bare.path = "/etc/\x1b";
    bare.sides.reset();
    EXPECT_EQ(sync_conflict_text({5, {api::samples::sync_conflict(), bare}}),
              "s01c1b01 granite /etc/motd: it was changed here, and in the newer generation\n"
              "  generation 7  file 0644 0:0 12 bytes, 5891b5b5\n"
              "  generation 7  nothing\n"
              "  the blade     symlink\n"
              "s01c1b01 granite /etc/?: it was changed here, and in the newer generation\n"
              "and 3 more\n");
    EXPECT_EQ(sync_conflict_text({}), "There are no open conflicts.\n");
}

}  // namespace
}  // namespace dim::tool
