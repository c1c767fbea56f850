#include "tools/commands/commands.hpp"
#include "tools/output/authority_text.hpp"

#include <iostream>

namespace dim::tool {

Action ca_show(CLI::App&) {
    return [](Context& context) -> Outcome<> {
        DIM_TRY(const auto status, context.client.get<api::AuthorityStatus>("/v1/authority"));
        std::cout << (context.json ? to_json(status) + '\n' : authority_text(status));
        return {};
    };
}

}  // namespace dim::tool
