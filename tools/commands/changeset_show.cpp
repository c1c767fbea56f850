#include "tools/commands/changeset_file.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/changeset_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

Action changeset_show(CLI::App& app) {
    auto file = std::make_shared<std::string>();
    add_changeset_argument(app, *file);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const ChangesetFile opened, open_changeset(*file));
        DIM_TRY(const auto checked, read_changeset(opened));
        if (context.json) {
            std::cout << changeset_json(checked.outline, checked.contents);
            return {};
        }
        std::cout << differences_text(differences_of(checked.outline));
        std::cerr << amounts_text(checked.outline, checked.contents);
        return {};
    };
}

}  // namespace dim::tool
