#include "libdim/api/cluster_messages.hpp"
#include "libdim/api/server_messages.hpp"
#include "libdim/base/in_parallel.hpp"
#include "libdim/sys/clock.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/table.hpp"
#include "tools/output/words.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>

namespace dim::tool {

namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kAskedAtOnce = 16;

/// How a member answers by now.
struct Reached {
    std::optional<std::int64_t> milliseconds;
    std::string version;
    std::string problem;
    std::string definition;  ///< the hash of the one in force
};

/// Empty when nobody can say.
std::string definition_in_force(const ApiClient& daemon) {
    const auto list = daemon.get<api::ClusterRevisionList>("/v1/cluster/revisions");
    if (!list) return "";
    const auto found = std::ranges::find_if(list->revisions, &api::ClusterRevision::is_in_force);
    return found == list->revisions.end() ? "" : found->sha256;
}

/// How the definition of a member stands to the one HERE: "current", "behind" when it is to be
/// brought, "other" when not.
std::string standing(const api::ServerSummary& server, const std::string& there,
                     const std::string& here) {
    if (server.state != "member") return "";
    if (!there.empty() && there == here) return "current";
    if (server.behind) return "behind";
    return there.empty() ? "" : "other";
}

Reached reach(const Context& context, const model::ComponentName& server) {
    const std::int64_t begun = sys::monotonic_us();
    const auto answer = context.on(server).exchange(http::Method::get, "/v1/status", "", kPatience);
    if (!answer)
        return {.milliseconds = {},
                .version = {},
                .problem = answer.error().cause.message(),
                .definition = {}};
    const auto status = api::parse<api::ClusterStatus>(*answer);
    if (!status)
        return {.milliseconds = {},
                .version = {},
                .problem = status.error().message(),
                .definition = {}};
    return {.milliseconds = (sys::monotonic_us() - begun) / 1000,
            .version = status->version,
            .problem = {},
            .definition = definition_in_force(context.on(server))};
}

nlohmann::ordered_json json_of(const api::ServerSummary& server, const Reached& reached,
                               const std::string& definition) {
    auto json = nlohmann::ordered_json::parse(to_json(server));
    if (reached.milliseconds) json["answers_in_ms"] = *reached.milliseconds;
    if (!reached.version.empty()) json["version"] = reached.version;
    if (!definition.empty()) json["definition"] = definition;
    if (!reached.problem.empty()) json["problem"] = reached.problem;
    return json;
}

}  // namespace

Action server_list(CLI::App&) {
    return [](Context& context) -> Outcome<> {
        DIM_TRY(const auto list, context.client.get<api::ServerList>("/v1/servers"));
        Table table(
            {"SERVER", "STATE", "LISTENS AT", "ANSWERS IN", "VERSION", "DEFINITION", "PROBLEM"});
        const bool has_member = std::ranges::find(list.servers, "member",
                                                  &api::ServerSummary::state) != list.servers.end();
        const std::string here = has_member ? definition_in_force(context.client) : "";
        const auto answers = in_parallel(
            std::span(list.servers), kAskedAtOnce, [&context](const api::ServerSummary& server) {
                return server.state == "member" ? reach(context, server.name) : Reached();
            });
        auto json = nlohmann::ordered_json::array();
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const api::ServerSummary& server = list.servers[i];
            const Reached& reached = answers[i];
            const std::string definition = standing(server, reached.definition, here);
            const std::string endpoint = server.endpoint ? to_string(*server.endpoint) : "";
            table.add_row(
                {to_string(server.name), server.state, endpoint,
                 reached.milliseconds ? std::to_string(*reached.milliseconds) + " ms" : "",
                 reached.version, definition, reached.problem});
            json.push_back(json_of(server, reached, definition));
        }
        if (context.json)
            std::cout << nlohmann::ordered_json{{"servers", std::move(json)}}.dump() << '\n';
        else
            std::cout << table.text();
        return {};
    };
}

}  // namespace dim::tool
