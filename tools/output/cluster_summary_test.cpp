#include "tools/output/cluster_summary.hpp"
#include "tools/sample_cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

TEST(ClusterSummary, CountsWhatThereIs) {
    EXPECT_EQ(summarize(sample::definition()), (ClusterSummary{.name = "small",
                                                               .domain = "small.example",
                                                               .networks = 3,
                                                               .servers = 2,
                                                               .blades = 7,
                                                               .blades_without_mac = 1,
                                                               .management_modules = 4,
                                                               .others = 0,
                                                               .groups = 1,
                                                               .absent = 1}));
}

TEST(ClusterSummary, TextAndJson) {
    const ClusterSummary summary{.name = "small", .domain = "small.example", .blades = 7};
    EXPECT_THAT(to_text(summary),
                ::testing::StartsWith("cluster small, domain small.example: no errors\n"));
    EXPECT_THAT(to_text(summary), ::testing::HasSubstr("\nblades                    7\n"));
    EXPECT_EQ(to_json(summary),
              R"({"name":"small","domain":"small.example","networks":0,"servers":0,"blades":7,)"
              R"("blades_without_mac":0,"management_modules":0,"others":0,"groups":0,"absent":0})");
}

}  // namespace
}  // namespace dim::tool
