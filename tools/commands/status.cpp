#include "tools/commands/commands.hpp"
#include "tools/output/status_text.hpp"

#include <iostream>
#include <unistd.h>

namespace dim::tool {

namespace {

constexpr const char* kClearScreen = "\x1b[H\x1b[2J";

/// Prints the status again whenever the daemon sends one that differs.
Result<void> watch(const Context& context) {
    const bool draws = ::isatty(STDOUT_FILENO) == 1;
    return context.client.follow("/v1/status?watch=1", [&](std::string_view line) -> Result<void> {
        DIM_TRY(const auto cluster, api::parse<api::ClusterStatus>(line));
        if (context.json) {
            std::cout << to_json(cluster) << std::endl;
        } else {
            std::cout << (draws ? kClearScreen : "") << status_text(cluster) << std::endl;
        }
        if (!std::cout) return fail(ErrorCode::io, "cannot write to standard output");
        return {};
    });
}

}  // namespace

Action status(CLI::App& app) {
    auto watches = std::make_shared<bool>(false);
    app.add_flag("-w,--watch", *watches, "go on and print every change; with --json one line each");
    return [=](Context& context) -> Result<void> {
        if (*watches) return watch(context);
        DIM_TRY(const auto cluster, context.client.get<api::ClusterStatus>("/v1/status"));
        std::cout << (context.json ? to_json(cluster) + '\n' : status_text(cluster));
        return {};
    };
}

}  // namespace dim::tool
