#include "tools/sync_conflicts.hpp"

#include "tools/blade_selection.hpp"
#include "tools/output/sync_conflict_text.hpp"

#include <iostream>

namespace dim::tool {

Outcome<api::SyncConflictQuery> conflict_query(const Context& context, const std::string& image,
                                               const std::vector<std::string>& words) {
    api::SyncConflictQuery query{.looks = true};
    if (!image.empty()) {
        DIM_TRY(query.image, from_word(model::ImageName::parse(image)));
    }
    BladeSelection ranges;
    for (const std::string& word : words)
        (word.starts_with('/') ? query.paths : ranges.ranges).push_back(word);
    if (!ranges.ranges.empty()) {
        DIM_TRY(query.blades, ranges.resolve(context));
    }
    return query;
}

Outcome<> show_conflicts(const Context& context, const api::SyncConflictQuery& query) {
    DIM_TRY(const auto list,
            context.client.post<api::SyncConflictList>("/v1/sync-conflicts", query));
    std::cout << (context.json ? to_json(list) + '\n' : sync_conflict_text(list));
    return {};
}

}  // namespace dim::tool
