#include "libdim/sys/atomic_write.hpp"
#include "tools/cluster_source.hpp"
#include "tools/fake_daemon.hpp"
#include "tools/sample_cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

api::ClusterRevision revision(std::optional<std::string> xml) {
    return {.number = 7,
            .time = *model::Timestamp::parse("2026-11-20T13:40:00.000000Z"),
            .origin = "x",
            .sha256 = "ab",
            .blades = 7,
            .is_in_force = true,
            .xml = std::move(xml)};
}

TEST(ClusterSource, AMissingFileIsNamed) {
    const auto text = read_cluster_file("/nonexistent/cluster.xml");
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code(), ErrorCode::not_found);
    EXPECT_THAT(text.error().message(), HasSubstr("/nonexistent/cluster.xml"));
    EXPECT_FALSE(text.error().cure().empty());
}

TEST(ClusterSource, AnErrorInAFileNamesTheLine) {
    const dim::testing::TemporaryDirectory directory;
    Context context{.client = ApiClient("/nonexistent"), .cluster_file = directory / "bad.xml"};
    ASSERT_TRUE(sys::write_file_atomically(
        *context.cluster_file,
        "<cluster xmlns=\"urn:dim:cluster:1\" name=\"x\">\n<blad/></cluster>"));
    const auto definition = load_cluster(context);
    ASSERT_FALSE(definition);
    EXPECT_THAT(definition.error().cause.message(), HasSubstr("bad.xml:2: "));
}

TEST(ClusterSource, AFileNeedsNoDaemon) {
    const dim::testing::TemporaryDirectory directory;
    Context context{.client = ApiClient("/nonexistent"), .cluster_file = directory / "x.xml"};
    ASSERT_TRUE(sys::write_file_atomically(*context.cluster_file, sample::kClusterXml));
    const auto definition = load_cluster(context);
    ASSERT_TRUE(definition) << definition.error().cause.message();
    EXPECT_EQ(definition->blades.size(), 7U);
}

TEST(ClusterSource, WithoutAFileTheDaemonIsAsked) {
    FakeDaemon daemon;
    EXPECT_FALSE(load_cluster(daemon.context()));
    daemon.prepare("GET /v1/cluster", to_json(revision({})));
    EXPECT_EQ(read_cluster_text(daemon.context()).error().cause.code(), ErrorCode::internal);
    daemon.prepare("GET /v1/cluster", to_json(revision(std::string(sample::kClusterXml))));
    const auto text = read_cluster_text(daemon.context());
    ASSERT_TRUE(text) << text.error().cause.message();
    EXPECT_EQ(text->name, "revision 7");
    EXPECT_EQ(*load_cluster(daemon.context()), sample::definition());
}

}  // namespace
}  // namespace dim::tool
