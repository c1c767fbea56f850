#pragma once

#include "imageserver/service/service_control.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace dim::server {

/// For tests: runs nothing, remembers what was asked, and fails when told to. Any thread may call;
/// the members are looked at when nobody does.
class FakeServiceControl final : public ServiceControl {
public:
    Result<StartOutcome> start(const ServiceDescription& service) override {
        const std::scoped_lock lock(mutex_);
        calls.push_back("start " + service.name);
        const bool is_kept = running.contains(service.name) || left_by_predecessor;
        running[service.name] = service;
        started[service.name] = service;
        left_by_predecessor = false;
        if (is_kept) return StartOutcome::kept;
        DIM_CHECK(next_outcome());
        return StartOutcome::started;
    }
    Result<void> reload(const std::string& name) override {
        const std::scoped_lock lock(mutex_);
        calls.push_back("reload " + name);
        const auto service = started.find(name);
        if (service == started.end())
            return fail(ErrorCode::not_found, "the service " + name + " was never started");
        running[name] = service->second;
        return next_outcome();
    }
    Result<void> stop(const std::string& name) override {
        const std::scoped_lock lock(mutex_);
        calls.push_back("stop " + name);
        running.erase(name);
        return {};
    }
    api::ServiceStatus status(const std::string& name) const override {
        const std::scoped_lock lock(mutex_);
        const bool is_running = running.contains(name);
        return {.name = name, .is_running = is_running, .pid = {}, .cause = {}, .since = {}};
    }

    std::vector<std::string> calls;
    std::map<std::string, ServiceDescription> running;
    std::map<std::string, ServiceDescription> started;  ///< ever; those can be reloaded
    bool left_by_predecessor = false;   ///< a service runs, but only start finds out
    std::deque<Result<void>> outcomes;  ///< of the next times it loads; then success
    /// How often CALL was asked, such as "reload dhcpd".
    std::ptrdiff_t count(std::string_view call) const {
        const std::scoped_lock lock(mutex_);
        return std::ranges::count(calls, call);
    }
    std::function<void()> on_load;  ///< called each time it loads its configuration

private:
    mutable std::recursive_mutex mutex_;  // on_load may ask
    Result<void> next_outcome() {
        if (on_load) on_load();
        if (outcomes.empty()) return {};
        Result<void> outcome = std::move(outcomes.front());
        outcomes.pop_front();
        return outcome;
    }
};

}  // namespace dim::server
