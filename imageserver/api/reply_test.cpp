#include "imageserver/api/reply.hpp"
#include "libdim/api/cluster_messages.hpp"
#include "libdim/api/problem.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(Reply, AProblemSaysWhatIsWrongAndWhatToDo) {
    const auto response =
        problem_response(Error(ErrorCode::not_found, "there is no image x").with_cure("import it"));
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(response.retry_after, std::nullopt);
    const auto problem = api::parse<api::Problem>(response.body);
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->detail, "there is no image x");
    EXPECT_EQ(problem->cure, "import it");
}

TEST(Reply, AnotherStatusIsInTheProblemToo) {
    const auto response = problem_response(Error(ErrorCode::internal, "the disk is full"), 503);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(api::parse<api::Problem>(response.body)->status, 503u);
    EXPECT_TRUE(response.retry_after) << "what may pass is asked for again";
}

TEST(Reply, OfAResult) {
    EXPECT_EQ(response_of(Result<void>(fail(ErrorCode::conflict, "no"))).status, 409);
    const auto empty = response_of(Result<void>());
    EXPECT_EQ(empty.status, 204);
    EXPECT_EQ(empty.body, "");
    const auto full = response_of(Result<api::ClusterRevisionList>(api::ClusterRevisionList{}));
    EXPECT_EQ(full.status, 200);
    EXPECT_EQ(full.body, "{\"revisions\":[]}\n");
}

}  // namespace
}  // namespace dim::server
