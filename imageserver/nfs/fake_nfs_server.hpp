#pragma once

#include "imageserver/nfs/nfs_server.hpp"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dim::server {

/// For tests: remembers what it offers, and fails when told to.
class FakeNfsServer final : public NfsServer {
public:
    explicit FakeNfsServer(std::string name, std::string root = {})
        : name_(std::move(name)), root_(std::move(root)) {}

    Result<void> offer(std::span<const api::NfsExport> exports) override {
        if (!failures.empty()) {
            Error error = std::move(failures.front());
            failures.pop_front();
            return fail(std::move(error));
        }
        offered = std::vector(exports.begin(), exports.end());
        return {};
    }
    Result<void> check() override {
        if (missing) return fail(Error(*missing));
        return {};
    }
    bool has_served() const override { return offered.has_value(); }
    Result<void> end() override {
        ++ends;
        offered.reset();
        return {};
    }
    std::string root() const override { return root_; }
    api::ServiceStatus status() const override {
        return {.name = name_, .is_running = offered.has_value()};
    }

    std::optional<std::vector<api::NfsExport>> offered;  ///< nothing: it does not run
    std::optional<Error> missing;                        ///< what check tells
    std::deque<Error> failures;                          ///< of the next times it is to offer
    int ends = 0;

private:
    std::string name_;
    std::string root_;
};

}  // namespace dim::server
