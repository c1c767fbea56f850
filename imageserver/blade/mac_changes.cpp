#include "imageserver/blade/mac_changes.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <set>

namespace dim::server {

using cluster::Definition;
using model::ComponentName;
using model::MacAddress;

namespace {

constexpr std::string_view kSourceCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

Result<void> check_source(const std::string& source) {
    if (!source.empty() && source != "definition" &&
        source.find_first_not_of(kSourceCharacters) == std::string::npos)
        return {};
    return fail(ErrorCode::invalid_input,
                "source: '" + printable(source, 40) + "' is no name of a plug-in");
}

Error defined_already(const cluster::Blade& blade) {
    return Error(ErrorCode::conflict, "the cluster definition says that " + to_string(blade.name) +
                                          " has the MAC " + to_string(*blade.mac) +
                                          ", and counts more than what is learned")
        .with_cure("change mac= there, or take it out; then 'dim cluster apply'");
}

Error taken(const MacAddress& mac, const ComponentName& wanting, const ComponentName& owner,
            const std::string& cure) {
    return Error(ErrorCode::conflict, to_string(mac) + " cannot be the MAC of " +
                                          to_string(wanting) + ": it is that of " +
                                          to_string(owner))
        .with_cure(cure);
}

/// Errors: conflict for a MAC of CHANGES that is another blade's in LEARNED, which has the changes,
/// or in DEFINITION.
Result<void> check_unique(const Roster& roster, const std::vector<api::MacChange>& changes,
                          LearnedByBlade& learned) {
    const auto definition = roster.definition();
    std::map<MacAddress, ComponentName> owners;
    for (const api::MacChange& change : changes) {
        if (!change.mac) continue;
        const auto [owner, is_new] = owners.emplace(*change.mac, change.blade);
        if (!is_new)
            return fail(taken(*change.mac, change.blade, owner->second, "name one blade for it"));
        if (const cluster::Blade* defined = cluster::find_blade(*definition, *change.mac))
            return fail(
                taken(*change.mac, change.blade, defined->name,
                      "change mac= of " + to_string(defined->name) + " in the cluster definition"));
    }
    for (auto each = learned.begin(); each != learned.end();) {
        const auto wanting = owners.find(each->second.mac);
        if (wanting == owners.end() || wanting->second == each->first) {
            ++each;
        } else if (const auto owner = roster.find(each->first); owner && owner->learned) {
            const std::string blades = to_string(wanting->second) + "," + to_string(each->first);
            return fail(taken(wanting->first, wanting->second, each->first,
                              "two that were exchanged are learned together: 'dim blade discover " +
                                  blades + "'; one that was taken out: 'dim blade learn --forget " +
                                  to_string(each->first) + "'"));
        } else {
            each = learned.erase(each);
        }
    }
    return {};
}

Result<void> forget(const ComponentName& blade, LearnedByBlade& learned) {
    if (learned.erase(blade) > 0) return {};
    return fail(Error(ErrorCode::not_found, "no MAC was learned for " + to_string(blade))
                    .with_cure("'dim blade show " + to_string(blade) +
                               "' says whether the cluster definition has one"));
}

}  // namespace

Result<LearnedByBlade> with_changes(const Roster& roster, const api::LearnMacs& request,
                                    model::Timestamp now) {
    DIM_CHECK(check_source(request.source));
    LearnedByBlade learned = roster.learned();
    std::set<ComponentName> named;
    for (const api::MacChange& change : request.changes) {
        DIM_TRY(const RosterEntry entry, roster.find(change.blade));
        if (!named.insert(change.blade).second)
            return fail(ErrorCode::invalid_input, to_string(change.blade) + " is named twice");
        if (!change.mac) {
            DIM_CHECK(forget(change.blade, learned));
            continue;
        }
        if (entry.blade.mac && !entry.learned) return fail(defined_already(entry.blade));
        const auto before = learned.find(change.blade);
        const bool is_same = before != learned.end() && before->second.mac == *change.mac;
        learned.insert_or_assign(change.blade,
                                 LearnedMac{.mac = *change.mac,
                                            .source = request.source,
                                            .place = change.place,
                                            .since = is_same ? before->second.since : now});
    }
    DIM_CHECK(check_unique(roster, request.changes, learned));
    return learned;
}

std::vector<api::BladeMac> blade_macs(const Roster& roster) {
    const LearnedByBlade learned = roster.learned();
    std::vector<api::BladeMac> macs;
    for (const RosterEntry& entry : roster.entries()) {
        api::BladeMac mac{
            .blade = entry.blade.name, .mac = entry.blade.mac, .source = mac_source(entry)};
        if (entry.learned) {
            mac.place = entry.learned->place;
            mac.since = entry.learned->since;
        } else if (const auto found = learned.find(entry.blade.name); found != learned.end()) {
            mac.unused = found->second.mac;
            mac.unused_source = found->second.source;
            mac.cause = entry.blade.mac ? "the cluster definition has a MAC for it"
                                        : "the cluster definition gives it to another blade";
        }
        macs.push_back(std::move(mac));
    }
    return macs;
}

}  // namespace dim::server
