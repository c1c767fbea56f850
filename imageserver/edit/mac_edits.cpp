#include "imageserver/edit/mac_edits.hpp"

#include "imageserver/blade/mac_changes.hpp"
#include "imageserver/blade/refusals.hpp"

namespace dim::server {

using model::ComponentName;

namespace {

std::string place_text(const std::optional<api::MacPlace>& place) {
    if (!place) return "";
    return " in " + to_string(place->module) + ", bay " + std::to_string(place->bay);
}

/// For the story of the blade.
std::string story_of(const api::MacChange& change, const std::string& source,
                     const LearnedByBlade& before) {
    const auto known = before.find(change.blade);
    const std::string instead =
        known == before.end() ? "" : " instead of " + to_string(known->second.mac);
    if (!change.mac) return "MAC " + to_string(known->second.mac) + " forgotten";
    return "MAC " + to_string(*change.mac) + " learned" + place_text(change.place) + " (" + source +
           ")" + instead;
}

bool is_known(const api::MacChange& change, const LearnedByBlade& before) {
    const auto known = before.find(change.blade);
    return change.mac && known != before.end() && known->second.mac == *change.mac;
}

std::string done_text(const api::LearnMacs& request) {
    if (request.changes.size() == 1) {
        const api::MacChange& only = request.changes.front();
        return only.mac ? to_string(*only.mac) + " is the MAC of " + to_string(only.blade) +
                              "; DHCP knows it"
                        : "no MAC is learned for " + to_string(only.blade) + " any more";
    }
    return "the MACs of " + std::to_string(request.changes.size()) + " blades changed";
}

}  // namespace

Result<void> MacEdits::tell(const api::LearnMacs& request, const LearnedByBlade& before) {
    for (const api::MacChange& change : request.changes) {
        if (change.mac) alerts_.forget(kUnknownMacKind, to_string(*change.mac));
        if (is_known(change, before)) continue;
        DIM_CHECK(
            blades_.tell(std::span(&change.blade, 1), story_of(change, request.source, before)));
    }
    return {};
}

Result<Edit> MacEdits::learn(const api::LearnMacs& request) {
    if (request.changes.empty())
        return fail(ErrorCode::invalid_input, "changes: the list is empty");
    DIM_TRY(const auto number, learned_.number());
    if (request.base && *request.base != number) {
        return fail(Error(ErrorCode::conflict, "other MACs were learned since this was looked at; "
                                               "nothing was changed")
                        .with_cure("look again: dim blade discover"));
    }
    const LearnedByBlade before = roster_.learned();
    DIM_TRY(LearnedByBlade learned, with_changes(roster_, request, blades_.now()));
    DIM_CHECK(learned_.replace(learned));
    DIM_CHECK(roster_.learn(std::move(learned)));
    DIM_CHECK(tell(request, before));
    return Edit{.done = done_text(request), .needs = {.dhcp = true}};
}

Result<api::MacList> MacEdits::list() {
    DIM_TRY(const auto number, learned_.number());
    return api::MacList{.number = number, .blades = blade_macs(roster_)};
}

}  // namespace dim::server
