#include "imageserver/cluster/sample_cluster_xml.hpp"
#include "imageserver/daemon/opened_state.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

class OpenedStateTest : public ::testing::Test {
protected:
    OpenedStateTest() {
        settings.state_directory = directory / "state";
        settings.run_directory = directory / "run";
        settings.cluster_file = directory / "cluster.xml";
        settings.is_watching = false;
    }
    void define(const std::string& xml) const { dim::testing::write(settings.cluster_file, xml); }
    Result<OpenedState> open() const { return OpenedState::open(settings); }
    /// Of a state that cannot be opened.
    Error refusal() const {
        auto opened = open();
        EXPECT_FALSE(opened);
        return opened ? Error(ErrorCode::internal, "opened") : opened.error();
    }

    dim::testing::TemporaryDirectory directory;
    DaemonSettings settings;
};

TEST_F(OpenedStateTest, WithoutAClusterThatWasEverInForceNothingIsLeftLocked) {
    EXPECT_TRUE(refusal().message().contains(settings.cluster_file));
    define("<cluster");
    EXPECT_TRUE(refusal().message().contains(settings.cluster_file));
    define(samples::cluster_xml(2));
    EXPECT_TRUE(open());
}

TEST_F(OpenedStateTest, AServerThatIsNotInTheClusterIsRefused) {
    define(samples::cluster_xml(2));
    settings.server = "is77";
    EXPECT_TRUE(refusal().message().contains("is77"));
    settings.server = "is01";
    EXPECT_TRUE(open());
}

TEST_F(OpenedStateTest, OneDaemonAtATime) {
    define(samples::cluster_xml(2));
    auto first = open();
    ASSERT_TRUE(first) << to_string(first.error());
    EXPECT_EQ(refusal().code(), ErrorCode::conflict);
    first = fail(ErrorCode::unavailable, "it ended");
    EXPECT_TRUE(open());
}

TEST_F(OpenedStateTest, TheLastClusterStaysInForceWhileItsFileIsDamaged) {
    define(samples::cluster_xml(2));
    {
        const auto first = open();
        ASSERT_TRUE(first) << to_string(first.error());
        EXPECT_FALSE(first->cluster_problem);
        EXPECT_EQ(first->roster.entries().size(), 2u);
        EXPECT_EQ(to_string(first->roster.server()), "is01");
        EXPECT_EQ(to_string(first->bootnet.address), "127.0.0.5");
    }
    define("<cluster");
    const auto next = open();
    ASSERT_TRUE(next) << to_string(next.error());
    ASSERT_TRUE(next->cluster_problem);
    EXPECT_TRUE(next->cluster_problem->message().contains(settings.cluster_file));
    EXPECT_EQ(next->roster.entries().size(), 2u);
}

TEST_F(OpenedStateTest, TheIdentityIsTheSameAtEachStart) {
    define(samples::cluster_xml(2));
    std::string authorities;
    {
        const auto first = open();
        ASSERT_TRUE(first) << to_string(first.error());
        authorities = first->identity->trusted_pem();
    }
    const auto next = open();
    ASSERT_TRUE(next) << to_string(next.error());
    EXPECT_EQ(next->identity->trusted_pem(), authorities);
}

}  // namespace
}  // namespace dim::server
