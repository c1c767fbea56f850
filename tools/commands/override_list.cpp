#include "tools/commands/commands.hpp"
#include "tools/output/override_text.hpp"
#include "tools/override_query.hpp"

#include <iostream>

namespace dim::tool {

Action override_list(CLI::App& app) {
    auto selection = std::make_shared<OverrideSelection>();
    selection->add_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto list, look_at_overrides(context, *selection));
        std::cout << (context.json ? to_json(list) + '\n' : override_list_text(list)) << std::flush;
        if (list.images.empty()) std::cerr << "These blades have no image here.\n";
        return check_looked(list);
    };
}

}  // namespace dim::tool
