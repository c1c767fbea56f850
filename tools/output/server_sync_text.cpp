#include "tools/output/server_sync_text.hpp"

#include "libdim/model/byte_size.hpp"
#include "tools/output/table.hpp"

#include <vector>

namespace dim::tool {

std::string server_sync_text(const api::ServerSyncReport& report) {
    Table table({"SERVER", "STATE", "FROM", "GENERATION", "CHANGES", "PROBLEM"});
    std::string absent;
    for (const api::ServerSyncOutcome& outcome : report.outcomes) {
        if (outcome.state == "absent")
            absent.append(absent.empty() ? "" : " ").append(to_string(outcome.server));
        const bool has_it = outcome.state == "synced" || outcome.state == "current";
        table.add_row({to_string(outcome.server), outcome.state,
                       outcome.from ? to_string(*outcome.from) : "",
                       has_it ? to_string(report.generation) : "",
                       outcome.bytes == 0 ? "" : to_string(model::ByteSize(outcome.bytes)),
                       outcome.problem ? outcome.problem->detail : ""});
    }
    std::string text = table.is_empty() ? "" : table.text();
    if (report.is_dry_run) text += "nothing was changed: --dry-run\n";
    if (!absent.empty()) {
        text += "without the image: " + absent + "; 'dim sync server " + to_string(report.image) +
                " " + absent.substr(0, absent.find(' ')) + "' brings it there\n";
    }
    return text;
}

}  // namespace dim::tool
