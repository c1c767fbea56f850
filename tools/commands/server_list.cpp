#include "libdim/api/server_messages.hpp"
#include "libdim/sys/clock.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/table.hpp"
#include "tools/output/words.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

namespace dim::tool {

namespace {

constexpr std::chrono::seconds kPatience{10};

/// How a member answers by now.
struct Reached {
    std::optional<std::int64_t> milliseconds;
    std::string version;
    std::string problem;
};

Reached reach(const Context& context, const model::ComponentName& server) {
    const std::int64_t begun = sys::monotonic_us();
    const auto answer = context.on(server).exchange(http::Method::get, "/v1/status", "", kPatience);
    if (!answer)
        return {.milliseconds = {}, .version = {}, .problem = answer.error().cause.message()};
    const auto status = api::parse<api::ClusterStatus>(*answer);
    if (!status) return {.milliseconds = {}, .version = {}, .problem = status.error().message()};
    return {.milliseconds = (sys::monotonic_us() - begun) / 1000,
            .version = status->version,
            .problem = {}};
}

}  // namespace

Action server_list(CLI::App&) {
    return [](Context& context) -> Outcome<> {
        DIM_TRY(const auto list, context.client.get<api::ServerList>("/v1/servers"));
        Table table({"SERVER", "STATE", "LISTENS AT", "ANSWERS IN", "VERSION", "PROBLEM"});
        auto json = nlohmann::ordered_json::array();
        for (const api::ServerSummary& server : list.servers) {
            const Reached reached =
                server.state == "member" ? reach(context, server.name) : Reached();
            const std::string endpoint = server.endpoint ? to_string(*server.endpoint) : "";
            table.add_row(
                {to_string(server.name), server.state, endpoint,
                 reached.milliseconds ? std::to_string(*reached.milliseconds) + " ms" : "",
                 reached.version, reached.problem});
            auto one = nlohmann::ordered_json::parse(to_json(server));
            if (reached.milliseconds) one["answers_in_ms"] = *reached.milliseconds;
            if (!reached.version.empty()) one["version"] = reached.version;
            if (!reached.problem.empty()) one["problem"] = reached.problem;
            json.push_back(std::move(one));
        }
        if (context.json)
            std::cout << nlohmann::ordered_json{{"servers", std::move(json)}}.dump() << '\n';
        else
            std::cout << table.text();
        return {};
    };
}

}  // namespace dim::tool
