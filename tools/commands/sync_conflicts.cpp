#include "tools/sync_conflicts.hpp"

#include "tools/commands/commands.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

Action sync_conflicts(CLI::App& app) {
    auto image = std::make_shared<std::string>();
    auto words = std::make_shared<std::vector<std::string>>();
    app.add_option("IMAGE", *image, "of this image alone");
    app.add_option("RANGE", *words, "of these blades, or at these paths: /etc/motd");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto query, conflict_query(context, *image, *words));
        return show_conflicts(context, query);
    };
}

}  // namespace dim::tool
