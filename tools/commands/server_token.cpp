#include "libdim/api/server_messages.hpp"
#include "tools/commands/commands.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

Action server_token(CLI::App& app) {
    auto server = std::make_shared<std::string>();
    app.add_option("SERVER", *server, "the image server that is to join, by its name")->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto name, from_word(model::ComponentName::parse(*server)));
        DIM_TRY(const auto token, context.client.post<api::ServerToken>(
                                      "/v1/server-tokens", api::InviteServer{std::move(name)}));
        std::cout << (context.json ? to_json(token) : token.token) << '\n';
        // Standard output is for 'dim server join'.
        if (!context.json)
            std::cerr << "good once, until " << to_string(token.expires) << ", for "
                      << to_string(token.server) << ": whoever has it can become that server\n";
        return {};
    };
}

}  // namespace dim::tool
