#include "initagent/failure_log.hpp"
#include "libdim/api/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using testing::ElementsAre;

api::BootFailure failure(std::uint32_t attempt) {
    return {.stage = model::BootStage::network,
            .cause = std::string(5000, '"'),
            .tried = std::string(5000, '\\'),
            .system_errno = 5,
            .attempt = attempt,
            .at_us = 1,
            .kernel_messages = std::vector<std::string>(40, std::string(160, '"'))};
}

TEST(FailureLog, DropsTheOldest) {
    FailureLog log;
    for (std::uint32_t attempt = 1; attempt <= 100; ++attempt)
        log.keep(failure(attempt));
    ASSERT_EQ(log.failures().size(), api::limits::kEarlierFailures);
    EXPECT_EQ(log.failures().front().attempt, 93U);
    EXPECT_EQ(log.failures().back().attempt, 100U);
    log.clear();
    EXPECT_TRUE(log.failures().empty());
}

TEST(FailureLog, AlwaysFitsInOneRequest) {
    FailureLog log;
    for (std::uint32_t attempt = 1; attempt <= 8; ++attempt)
        log.keep(failure(attempt));
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
        .earlier_failures = log.failures(),
        .now_us = UINT64_MAX};
    const std::string text = api::to_json(request);
    EXPECT_LT(text.size(), api::limits::kMessageBytes);
    EXPECT_EQ(api::parse<api::BootRequest>(text), request);
}

TEST(KernelMessages, AreTheLastLinesFitToPrint) {
    EXPECT_THAT(last_kernel_messages("", 5), ElementsAre());
    EXPECT_THAT(last_kernel_messages("<6>[    0.1] one\n<4>two\x1b[2J\n\n<three\n", 2),
                ElementsAre("two?[2J", "<three"));
    EXPECT_THAT(last_kernel_messages("<6>[    0.1] one\n", 2), ElementsAre("[    0.1] one"));
    EXPECT_EQ(last_kernel_messages(std::string(5000, 'x'), 2).front().size(), 160U);
}

}  // namespace
}  // namespace dim::agent
