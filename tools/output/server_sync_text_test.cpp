#include "libdim/api/message_samples.hpp"
#include "tools/output/server_sync_text.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

model::ComponentName server(const char* name) { return *model::ComponentName::parse(name); }

TEST(ServerSyncText, HasALineForEachServer) {
    const auto older = *model::Generation::from_number(3);
    api::Problem problem = api::samples::problem();
    problem.detail = "Connection refused";
    const api::ServerSyncReport report{
        api::samples::image(),
        api::samples::generation(),
        false,
        {{server("is02"), "synced", older, 4096, {}},
         {server("is03"), "current", api::samples::generation(), 0, {}},
         {server("is04"), "failed", {}, 0, problem}}};
    EXPECT_EQ(server_sync_text(report),
              "SERVER  STATE    FROM  GENERATION  CHANGES  PROBLEM\n"
              "is02    synced   3     7           4 KiB    -\n"
              "is03    current  7     7           -        -\n"
              "is04    failed   -     -           -        Connection refused\n");
}

TEST(ServerSyncText, TellsWhoHasNotTheImage) {
    const api::ServerSyncReport report{
        api::samples::image(),
        api::samples::generation(),
        true,
        {{server("is02"), "absent", {}, 0, {}}, {server("is03"), "absent", {}, 0, {}}}};
    EXPECT_EQ(server_sync_text(report),
              "SERVER  STATE   FROM  GENERATION  CHANGES  PROBLEM\n"
              "is02    absent  -     -           -        -\n"
              "is03    absent  -     -           -        -\n"
              "nothing was changed: --dry-run\n"
              "without the image: is02 is03; 'dim sync server granite is02' brings it there\n");
}

}  // namespace
}  // namespace dim::tool
