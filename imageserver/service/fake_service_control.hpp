#pragma once

#include "imageserver/service/service_control.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dim::server {

/// For tests: runs nothing, remembers what was asked, and fails when told to.
class FakeServiceControl final : public ServiceControl {
public:
    Result<StartOutcome> start(const ServiceDescription& service) override {
        calls.push_back("start " + service.name);
        const bool is_kept = running.contains(service.name) || left_by_predecessor;
        running[service.name] = service;
        left_by_predecessor = false;
        if (is_kept) return StartOutcome::kept;
        DIM_CHECK(next_outcome());
        return StartOutcome::started;
    }
    Result<void> reload(const std::string& name) override {
        calls.push_back("reload " + name);
        return next_outcome();
    }
    Result<void> stop(const std::string& name) override {
        calls.push_back("stop " + name);
        running.erase(name);
        return {};
    }
    api::ServiceStatus status(const std::string& name) const override {
        const bool is_running = running.contains(name);
        return {.name = name, .is_running = is_running, .pid = {}, .cause = {}, .since = {}};
    }

    std::vector<std::string> calls;
    std::map<std::string, ServiceDescription> running;
    bool left_by_predecessor = false;   ///< a service runs, but only start finds out
    std::deque<Result<void>> outcomes;  ///< of the next times it loads; then success
    std::function<void()> on_load;      ///< called each time it loads its configuration

private:
    Result<void> next_outcome() {
        if (on_load) on_load();
        if (outcomes.empty()) return {};
        Result<void> outcome = std::move(outcomes.front());
        outcomes.pop_front();
        return outcome;
    }
};

}  // namespace dim::server
