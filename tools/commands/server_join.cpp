#include "libdim/api/limits.hpp"
#include "libdim/api/server_messages.hpp"
#include "libdim/api/server_port.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>

namespace dim::tool {

namespace {

/// A token is a secret: it comes from a file or from standard input, never by the command line,
/// which everybody on the machine can read.
Outcome<std::string> read_token(const std::string& file) {
    if (!file.empty()) return sys::read_file(file);
    std::string text;
    std::getline(std::cin, text);
    if (!trim(text).empty()) return text;
    return wrong_usage(Error(ErrorCode::invalid_input, "there is no token on standard input")
                           .with_cure("'dim server token NAME' on the management node prints it: "
                                      "give it to this command, or name a file with --token"));
}

}  // namespace

Action server_join(CLI::App& app) {
    auto address = std::make_shared<std::string>();
    auto file = std::make_shared<std::string>();
    app.add_option("ADDRESS", *address,
                   "where the management node listens for servers (imageserver --servers), with "
                   "its port unless that is 7444")
        ->required();
    app.add_option("--token", *file, "the file with the token; unless given, standard input")
        ->type_name("FILE");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto management,
                from_word(model::Ipv4Endpoint::parse(*address, api::kServerPort)));
        DIM_TRY(const std::string token, read_token(*file));
        return run_job_with_progress(
            context, http::Method::post, "/v1/membership",
            to_json(api::JoinCluster{std::string(trim(token)), management}));
    };
}

}  // namespace dim::tool
