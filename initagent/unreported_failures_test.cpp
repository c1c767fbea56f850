#include "initagent/unreported_failures.hpp"
#include "libdim/api/limits.hpp"

#include <gtest/gtest.h>

namespace dim::agent {
namespace {

api::BootFailure failure(std::uint32_t attempt) {
    return {.stage = model::BootStage::network,
            .cause = std::string(5000, '"'),
            .tried = std::string(5000, '\\'),
            .system_errno = 5,
            .attempt = attempt,
            .at_us = 1,
            .kernel_messages = std::vector<std::string>(40, std::string(160, '"'))};
}

TEST(UnreportedFailures, DropsTheOldest) {
    UnreportedFailures unreported;
    for (std::uint32_t attempt = 1; attempt <= 100; ++attempt)
        unreported.keep(failure(attempt));
    ASSERT_EQ(unreported.failures().size(), api::limits::kEarlierFailures);
    EXPECT_EQ(unreported.failures().front().attempt, 93U);
    EXPECT_EQ(unreported.failures().back().attempt, 100U);
    unreported.clear();
    EXPECT_TRUE(unreported.failures().empty());
}

TEST(UnreportedFailures, AlwaysFitsInOneRequest) {
    UnreportedFailures unreported;
    for (std::uint32_t attempt = 1; attempt <= 8; ++attempt)
        unreported.keep(failure(attempt));
    const api::BootRequest request{
        .mac = *model::MacAddress::parse("52:54:00:01:01:01"),
        .architecture = model::Architecture::ppc64,
        .machine = std::string(128, '"'),
        .serial = std::string(128, '"'),
        .uuid = std::string(128, '"'),
        .memory_bytes = UINT64_MAX,
        .cpus = UINT32_MAX,
        .kernel = std::string(64, '"'),
        .agent_version = "0.1.0",
        .attempt = UINT32_MAX,
        .agent_started_us = UINT64_MAX,
        .stages = std::vector<api::StageTime>(12, {model::BootStage::switch_root, UINT64_MAX}),
        .earlier_failures = unreported.failures(),
        .now_us = UINT64_MAX};
    const std::string text = api::to_json(request);
    EXPECT_LT(text.size(), api::limits::kMessageBytes);
    EXPECT_EQ(api::parse<api::BootRequest>(text), request);
}

}  // namespace
}  // namespace dim::agent
