#include "tools/blade_selection.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/component_query.hpp"
#include "tools/output/blade_groups.hpp"
#include "tools/output/status_text.hpp"
#include "tools/output/table.hpp"
#include "tools/whole_cluster.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <set>
#include <unistd.h>

namespace dim::tool {

namespace {

constexpr const char* kClearScreen = "\x1b[H\x1b[2J";

struct StatusArguments {
    BladeSelection selection;
    bool watches = false;
    bool is_short = false;
};

/// What of the status is asked for.
class Filter {
public:
    static Outcome<Filter> create(const BladeSelection& selection, const Context& context) {
        Filter filter;
        if (selection.ranges.empty()) return filter;
        DIM_TRY(const auto blades, selection.resolve(context));
        filter.wanted_.emplace(blades.begin(), blades.end());
        return filter;
    }

    /// Leaves the wanted blades. Errors: not_found for one that this server does not serve.
    Result<void> apply(api::ClusterStatus& status) const {
        if (!wanted_) return {};
        std::set<model::ComponentName> missing = *wanted_;
        std::erase_if(status.blades, [&](const api::BladeStatus& blade) {
            missing.erase(blade.name);
            return !wanted_->contains(blade.name);
        });
        if (missing.empty()) return {};
        const std::string server = to_string(status.server);
        return fail(Error(ErrorCode::not_found, "image server " + server + " does not serve " +
                                                    to_string(*missing.begin()))
                        .with_cure("ask its own server, or leave it out: RANGE@server=" + server));
    }

private:
    std::optional<std::set<model::ComponentName>> wanted_;
};

/// One line for all blades of the same state and image.
Outcome<std::string> short_text(const Context& context, const api::ClusterStatus& status) {
    DIM_TRY(const auto definition, load_cluster(context));
    Table table({"STATE", "IMAGE", "BLADES", "NAMES"});
    for (const BladeGroup& group : group_blades(status.blades)) {
        DIM_TRY(auto names, fold_component_names(definition, group.blades));
        table.add_row({std::string(to_string(group.state)),
                       group.image ? to_string(*group.image) : "",
                       std::to_string(group.blades.size()), std::move(names)});
    }
    return table.text();
}

Outcome<std::string> text_of(const Context& context, const StatusArguments& arguments,
                             const api::ClusterStatus& status) {
    if (context.json) return to_json(status) + '\n';
    if (arguments.is_short) return short_text(context, status);
    return status_text(status);
}

/// Prints the status again whenever the daemon sends one that differs.
Outcome<> watch(const Context& context, const StatusArguments& arguments, const Filter& filter) {
    const bool draws = ::isatty(STDOUT_FILENO) == 1 && !context.json;
    return context.client.follow("/v1/status?watch=1", [&](std::string_view line) -> Outcome<> {
        DIM_TRY(auto status, api::parse<api::ClusterStatus>(line));
        DIM_CHECK(filter.apply(status));
        DIM_TRY(const std::string text, text_of(context, arguments, status));
        std::cout << (draws ? kClearScreen : "") << text;
        if (!context.json) std::cout << '\n';
        std::cout.flush();
        if (!std::cout) return fail(ErrorCode::io, "cannot write to standard output");
        return {};
    });
}

/// The status of each server; --watch goes on at each.
Outcome<> show_all(const Context& context, const StatusArguments& arguments,
                   std::vector<NamedServer> servers) {
    if (arguments.watches) return std::unexpected(to_each(std::move(servers)));
    return print_answers(context, servers, "status",
                         [&](const std::string& answer) -> Outcome<std::string> {
                             DIM_TRY(const auto status, api::parse<api::ClusterStatus>(answer));
                             return text_of(context, arguments, status);
                         });
}

}  // namespace

Action status(CLI::App& app) {
    auto arguments = std::make_shared<StatusArguments>();
    arguments->selection.add_options(app);
    app.add_flag("-w,--watch", arguments->watches,
                 "go on and print every change; with --json one line each");
    app.add_flag("-s,--short", arguments->is_short,
                 "one line for all blades of the same state and image");
    return [=](Context& context) -> Outcome<> {
        if (context.json && arguments->is_short)
            return contradiction("--short and --json", "JSON is of each blade");
        if (arguments->selection.ranges.empty()) {
            DIM_TRY(auto servers, whole_cluster(context));
            if (!servers.empty()) return show_all(context, *arguments, std::move(servers));
        }
        DIM_TRY(const Filter filter, Filter::create(arguments->selection, context));
        if (arguments->watches) return watch(context, *arguments, filter);
        DIM_TRY(auto cluster, context.client.get<api::ClusterStatus>("/v1/status"));
        DIM_CHECK(filter.apply(cluster));
        DIM_TRY(const std::string text, text_of(context, *arguments, cluster));
        std::cout << text;
        return {};
    };
}

}  // namespace dim::tool
