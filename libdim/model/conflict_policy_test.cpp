#include "libdim/model/conflict_policy.hpp"

#include <gmock/gmock.h>

namespace dim::model {
namespace {

TEST(ConflictPolicy, IsReadAsItIsWritten) {
    for (const ConflictPolicy policy :
         {ConflictPolicy::ask, ConflictPolicy::keep, ConflictPolicy::overwrite})
        EXPECT_EQ(parse_conflict_policy(to_string(policy)).value(), policy);
    EXPECT_EQ(parse_conflict_policy("Ask").error().message(),
              "'Ask' is not a policy (there are: ask, keep, overwrite)");
}

}  // namespace
}  // namespace dim::model
