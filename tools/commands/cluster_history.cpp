#include "tools/commands/commands.hpp"
#include "tools/output/revision_text.hpp"

#include <iostream>

namespace dim::tool {

Action cluster_history(CLI::App&) {
    return [](Context& context) -> Outcome<> {
        DIM_TRY(const auto list,
                context.client.get<api::ClusterRevisionList>("/v1/cluster/revisions"));
        std::cout << (context.json ? to_json(list) + '\n' : history_text(list));
        return {};
    };
}

}  // namespace dim::tool
