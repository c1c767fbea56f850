#pragma once

#include "imageserver/apply/applied_service.hpp"

#include <atomic>
#include <functional>

namespace dim::server {

/// For tests: counts how often it is told, and does what it is told to do then.
class FakeAppliedService final : public AppliedService {
public:
    Result<void> apply() override {
        ++applied;
        return on_apply ? on_apply() : Result<void>();
    }
    Result<std::optional<api::ServiceReload>> reloaded_by(const Roster&) override {
        return reloads;
    }
    std::optional<api::ServiceStatus> status() const override { return std::nullopt; }

    std::function<Result<void>()> on_apply;
    std::optional<api::ServiceReload> reloads;
    std::atomic<int> applied = 0;
};

}  // namespace dim::server
