#include "tools/server_sync.hpp"

#include "tools/job_answer.hpp"
#include "tools/output/words.hpp"

#include <algorithm>

namespace dim::tool {

Outcome<api::ServerSyncReport> sync_servers(const Context& context,
                                            const api::SyncServers& request) {
    return follow_answer(context, "/v1/server-syncs", to_json(request),
                         &api::ServerSyncLine::report);
}

Outcome<> check_synced(const api::ServerSyncReport& report) {
    const auto has_failed = [](const api::ServerSyncOutcome& outcome) {
        return outcome.problem.has_value();
    };
    const auto first = std::ranges::find_if(report.outcomes, has_failed);
    if (first == report.outcomes.end()) return {};
    Error error = to_error(*first->problem).with_context(to_string(first->server));
    if (report.outcomes.size() == 1) return fail(std::move(error));
    return fail(std::move(error).with_context(
        std::to_string(std::ranges::count_if(report.outcomes, has_failed)) + " of " +
        count_text(report.outcomes.size(), "server") + " do not have generation " +
        to_string(report.generation) + "; the first"));
}

}  // namespace dim::tool
