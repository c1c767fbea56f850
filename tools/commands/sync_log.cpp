#include "libdim/api/limits.hpp"
#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/sync_log_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

struct SyncLogArguments {
    std::string image;
    std::string blade;
    std::uint32_t last = api::limits::kLoggedSyncs;
};

}  // namespace

Action sync_log(CLI::App& app) {
    auto arguments = std::make_shared<SyncLogArguments>();
    app.add_option("IMAGE", arguments->image, "of this image alone");
    app.add_option("--blade", arguments->blade,
                   "of this blade alone: what became of it, and the paths that stayed")
        ->type_name("NAME");
    app.add_option("--last", arguments->last, "so many of the newest")
        ->check(CLI::Range(1U, api::limits::kLoggedSyncs))
        ->type_name("N");
    return [=](Context& context) -> Outcome<> {
        api::SyncLogQuery query{.most = arguments->last};
        if (!arguments->image.empty()) {
            DIM_TRY(query.image, from_word(model::ImageName::parse(arguments->image)));
        }
        if (!arguments->blade.empty()) {
            DIM_TRY(query.blade, resolve_blade(context, arguments->blade));
        }
        DIM_TRY(const auto log, context.client.post<api::SyncLog>("/v1/sync-log", query));
        std::cout << (context.json  ? to_json(log) + '\n'
                      : query.blade ? blade_sync_log_text(log)
                                    : sync_log_text(log));
        return {};
    };
}

}  // namespace dim::tool
