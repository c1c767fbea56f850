#include "libdim/api/limits.hpp"
#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/restart_text.hpp"
#include "tools/sync.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

namespace dim::tool {

namespace {

Outcome<api::RestartList> ask_about(const ApiClient& client,
                                    const std::vector<model::ComponentName>& blades) {
    api::RestartList list;
    for (std::size_t at = 0; at < blades.size(); at += api::limits::kRestartBlades) {
        const auto begin = blades.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t count = std::min(blades.size() - at, api::limits::kRestartBlades);
        const api::RestartQuery query{{begin, begin + static_cast<std::ptrdiff_t>(count)}};
        DIM_TRY(auto part, client.post<api::RestartList>("/v1/restarts", query));
        std::ranges::move(part.blades, std::back_inserter(list.blades));
    }
    return list;
}

}  // namespace

Action blade_restarts(CLI::App& app) {
    auto selection = std::make_shared<BladeSelection>();
    selection->add_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto blades, selection->resolve(context));
        DIM_TRY(const auto list, ask_about(context.client, blades));
        std::cout << (context.json ? to_json(list) + '\n' : restart_text(list, fold_with(context)));
        return {};
    };
}

}  // namespace dim::tool
