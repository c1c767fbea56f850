#include "tools/output/revision_text.hpp"

#include "tools/output/table.hpp"
#include "tools/output/words.hpp"

#include <fmt/format.h>

namespace dim::tool {

namespace {

std::string time_text(model::Timestamp time) { return to_string(time).substr(0, 19); }

}  // namespace

std::string revision_text(const api::ClusterRevision& revision) {
    return fmt::format("revision {}{}, {}\n{}\n{}, sha256 {}\n", revision.number,
                       revision.is_in_force ? ", in force" : "", time_text(revision.time),
                       revision.origin, count_text(revision.blades, "blade"), revision.sha256);
}

std::string history_text(const api::ClusterRevisionList& list) {
    Table table({"REVISION", "TIME", "BLADES", "IN FORCE", "ORIGIN"});
    for (const api::ClusterRevision& revision : list.revisions) {
        table.add_row({std::to_string(revision.number), time_text(revision.time),
                       std::to_string(revision.blades), revision.is_in_force ? "yes" : "",
                       revision.origin});
    }
    return table.text();
}

}  // namespace dim::tool
