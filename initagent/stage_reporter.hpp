#pragma once

#include "initagent/server_session.hpp"
#include "libdim/api/agent_messages.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dim::agent {

/// Tells the server how far an attempt to boot is, and knows what it is doing just now.
class StageReporter {
public:
    explicit StageReporter(std::uint32_t attempt) : attempt_(attempt) {}

    /// The stage begins now. Once there is a session the server is told, without waiting for its
    /// answer; that it cannot be told does not hold up the boot.
    void begin(model::BootStage stage);
    /// What is done within the stage, as one would type it.
    void trying(std::string text) { tried_ = std::move(text); }
    /// SESSION must stay where it is.
    void report_to(ServerSession& session, const std::string& boot_id, const std::string& token);

    std::uint32_t attempt() const { return attempt_; }
    model::BootStage stage() const { return stage_; }
    const std::vector<api::StageTime>& stages() const { return stages_; }

    /// What ERROR means at this point, with the last of the kernel's messages.
    api::BootFailure failure(const Error& error) const;

private:
    std::uint32_t attempt_;
    model::BootStage stage_ = model::BootStage::environment;
    std::string tried_;
    std::vector<api::StageTime> stages_;
    ServerSession* session_ = nullptr;
    std::string target_;
    std::string token_;
};

/// Microseconds of CLOCK_BOOTTIME, as the messages want them.
std::uint64_t now_us();

}  // namespace dim::agent
