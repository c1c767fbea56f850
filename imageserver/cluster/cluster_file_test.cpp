#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/cluster/cluster_file.hpp"
#include "libdim/cluster/xml/xml_document.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <fstream>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

cluster::Definition two_servers() {
    cluster::Definition definition = samples::definition();
    definition.servers.push_back(definition.servers.front());
    definition.servers.back().name = *model::ComponentName::parse("is02");
    return definition;
}

TEST(ClusterFile, AMissingOneIsNamedWithTheCure) {
    const auto text = read_cluster_file("/nonexistent/cluster.xml");
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code(), ErrorCode::not_found);
    EXPECT_TRUE(text.error().message().contains("/nonexistent/cluster.xml"));
    EXPECT_TRUE(text.error().cure().contains("--cluster"));
}

TEST(ClusterFile, APipeIsNotWaitedFor) {
    const testing::TemporaryDirectory directory;
    const std::string path = directory / "cluster.xml";
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    const auto text = read_cluster_file(path);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code(), ErrorCode::invalid_input);
    EXPECT_TRUE(text.error().message().contains("no regular file"));
}

TEST(ClusterFile, ALargeOneIsNotReadWhole) {
    const testing::TemporaryDirectory directory;
    const std::string path = directory / "cluster.xml";
    std::ofstream(path) << std::string(cluster::kXmlLimit + 1, ' ');
    EXPECT_EQ(read_cluster_file(path).error().code(), ErrorCode::limit_exceeded);
    std::ofstream(path) << "<cluster/>";
    EXPECT_EQ(read_cluster_file(path), "<cluster/>");
}

TEST(ChooseServer, RefusesAServerThereIsNotAndNamesThoseThereAre) {
    const auto server = choose_server(two_servers(), "is09", "host");
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().code(), ErrorCode::not_found);
    EXPECT_TRUE(server.error().cure().contains("is01, is02"));
    EXPECT_FALSE(choose_server(two_servers(), "", "elsewhere.example"));
    EXPECT_FALSE(choose_server(
        {.name = samples::server(), .networks = {}, .servers = {}, .blades = {}}, "", ""));
}

TEST(ChooseServer, TakesTheOneAskedForTheOnlyOneOrTheOneOfThisHost) {
    EXPECT_EQ(to_string(*choose_server(two_servers(), "is02", "is01")), "is02");
    EXPECT_EQ(to_string(*choose_server(samples::definition(), "", "elsewhere")), "is01");
    EXPECT_EQ(to_string(*choose_server(two_servers(), "", "is02.example")), "is02");
}

}  // namespace
}  // namespace dim::server
