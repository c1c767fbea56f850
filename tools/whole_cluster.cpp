#include "tools/whole_cluster.hpp"

#include "libdim/api/server_messages.hpp"
#include "libdim/base/in_parallel.hpp"
#include "libdim/base/text.hpp"
#include "tools/on_servers.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

namespace dim::tool {

namespace {

constexpr std::size_t kAskedAtOnce = 16;

Outcome<api::MemberAnswer> answer_of(const ApiClient& daemon, const NamedServer& server,
                                     const std::string& question) {
    if (!server.is_here)
        return daemon.get<api::MemberAnswer>("/v1/servers/" + to_string(server.name) + '/' +
                                             question);
    DIM_TRY(std::string text, daemon.exchange(http::Method::get, "/v1/" + question, ""));
    return api::MemberAnswer{.server = server.name, .answer = std::move(text)};
}

Outcome<std::vector<api::MemberAnswer>> answers_of(const ApiClient& daemon,
                                                   std::span<const NamedServer> servers,
                                                   const std::string& question) {
    std::vector<api::MemberAnswer> answers;
    for (auto& asked : in_parallel(servers, kAskedAtOnce, [&](const NamedServer& server) {
             return answer_of(daemon, server, question);
         })) {
        DIM_TRY(auto answer, std::move(asked));
        answers.push_back(std::move(answer));
    }
    return answers;
}

/// "no answer, as of 4 min ago: Connection refused"
std::string missing_text(const api::MemberAnswer& answer) {
    std::string text = "no answer";
    if (answer.age_seconds) text += ", as of " + duration_text(*answer.age_seconds) + " ago";
    return text + ": " + terminal_text(answer.problem->detail);
}

Outcome<> print_text(const Context& context, const api::MemberAnswer& answer,
                     const AnswerText& text) {
    if (answer.problem) print_line_of(context, answer.server, missing_text(answer));
    if (!answer.answer) return {};
    DIM_TRY(const std::string lines, text(*answer.answer));
    for (const std::string_view line : split(lines, '\n'))
        if (!line.empty()) print_line_of(context, answer.server, std::string(line));
    return {};
}

Outcome<> print_json(const api::MemberAnswer& answer, const AnswerText& text) {
    nlohmann::ordered_json wrapped{{"server", to_string(answer.server)}};
    if (answer.age_seconds) wrapped["age_seconds"] = *answer.age_seconds;
    if (answer.problem) wrapped["problem"] = answer.problem->detail;
    if (answer.answer) {
        DIM_TRY(const std::string line, text(*answer.answer));
        wrapped["line"] = nlohmann::ordered_json::parse(line, nullptr, false);
    }
    using Handler = nlohmann::ordered_json::error_handler_t;
    std::cout << wrapped.dump(-1, ' ', false, Handler::replace) << '\n';
    return {};
}

}  // namespace

Outcome<std::vector<NamedServer>> whole_cluster(const Context& context) {
    if (!context.splits) return std::vector<NamedServer>();
    DIM_TRY(auto servers, servers_on(context, "all"));
    if (servers.size() < 2) servers.clear();
    return servers;
}

Outcome<> print_answers(const Context& context, std::span<const NamedServer> servers,
                        const std::string& question, const AnswerText& text) {
    DIM_TRY(const auto answers, answers_of(context.client, servers, question));
    for (const api::MemberAnswer& answer : answers)
        DIM_CHECK(context.json ? print_json(answer, text) : print_text(context, answer, text));
    const auto is_missing = [](const api::MemberAnswer& answer) {
        return answer.problem.has_value();
    };
    const auto first = std::ranges::find_if(answers, is_missing);
    if (first == answers.end()) return {};
    return fail(
        Error(ErrorCode::unavailable, std::to_string(std::ranges::count_if(answers, is_missing)) +
                                          " of " + count_text(answers.size(), "image server") +
                                          " did not answer, first " + to_string(first->server))
            .with_cure("'dim server list' shows how each answers"));
}

}  // namespace dim::tool
