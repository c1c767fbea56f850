#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/cluster_summary.hpp"

#include <iostream>

namespace dim::tool {

Action cluster_check(CLI::App&) {
    return [](Context& context) -> Result<void> {
        DIM_TRY(const auto definition, load_cluster(context));
        const ClusterSummary summary = summarize(definition);
        std::cout << (context.json ? to_json(summary) + '\n' : to_text(summary));
        return {};
    };
}

}  // namespace dim::tool
