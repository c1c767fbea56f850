#include "tools/mac_difference.hpp"

#include <algorithm>
#include <set>

namespace dim::tool {

using Kind = MacFinding::Kind;
using model::ComponentName;
using model::MacAddress;

namespace {

/// The findings, while it is found out how they belong together.
class Difference {
public:
    Difference(std::span<const ComponentName> blades, const KnownMacs& known,
               const Sightings& sightings)
        : known_(known), sightings_(sightings) {
        for (const auto& [blade, mac] : known)
            owners_.emplace(mac.mac, blade);
        for (const ComponentName& blade : blades) {
            places_.emplace(blade, findings_.size());
            findings_.push_back(first_look(blade));
        }
        refuse_twins();
        // Each refusal may make another one of who would take its place.
        while (refuse_taken()) {
        }
        name_others();
    }

    std::vector<MacFinding> take() { return std::move(findings_); }

private:
    /// As if there were no other blade.
    MacFinding first_look(const ComponentName& blade) const {
        MacFinding finding{.blade = blade};
        const auto known = known_.find(blade);
        if (known != known_.end()) finding.before = known->second.mac;
        const auto seen = sightings_.find(blade);
        if (seen == sightings_.end()) return finding;
        finding.place = seen->second.place;
        if (!seen->second.macs) {
            refuse(finding, seen->second.macs.error());
            return finding;
        }
        const std::vector<MacAddress>& macs = *seen->second.macs;
        if (macs.empty()) {
            finding.kind = finding.before ? Kind::gone : Kind::empty;
            return finding;
        }
        if (finding.before && std::ranges::find(macs, *finding.before) != macs.end()) {
            finding.now = finding.before;
            finding.kind = Kind::same;
            return finding;
        }
        const auto of_another = std::ranges::find_if(
            macs, [this](const MacAddress& mac) { return owners_.contains(mac); });
        finding.now = of_another == macs.end() ? macs.front() : *of_another;
        finding.kind = finding.before ? Kind::changed : Kind::fresh;
        if (known != known_.end() && known->second.is_defined) refuse(finding, defined(finding));
        return finding;
    }

    static Error defined(const MacFinding& finding) {
        return Error(ErrorCode::conflict, "the cluster definition says " +
                                              to_string(*finding.before) + ", and " +
                                              to_string(*finding.now) + " is there")
            .with_cure("change mac= there, or take it out; then 'dim cluster apply'");
    }

    static void refuse(MacFinding& finding, Error problem) {
        finding.kind = Kind::refused;
        finding.problem = std::move(problem);
    }

    static bool takes(const MacFinding& finding) {
        return finding.kind == Kind::fresh || finding.kind == Kind::changed;
    }

    void refuse_twins() {
        std::map<MacAddress, std::size_t> seen;
        for (std::size_t i = 0; i < findings_.size(); ++i) {
            if (!findings_[i].now) continue;
            const auto [first, is_new] = seen.emplace(*findings_[i].now, i);
            if (is_new) continue;
            for (const auto& [each, twin] : {std::pair(first->second, i), {i, first->second}})
                refuse(findings_[each],
                       Error(ErrorCode::conflict, to_string(*findings_[i].now) + " was seen at " +
                                                      to_string(findings_[twin].blade) + ", too")
                           .with_cure("'dim blade learn' takes what you know to be so"));
        }
    }

    /// Whether the blade that has MAC gives it up; else why not.
    Result<void> check_free(const ComponentName& wanting, const MacAddress& mac) const {
        const auto owner = owners_.find(mac);
        if (owner == owners_.end() || owner->second == wanting) return {};
        const std::string whose = to_string(mac) + " is that of " + to_string(owner->second);
        if (known_.at(owner->second).is_defined)
            return fail(
                Error(ErrorCode::conflict, whose + ", as the cluster definition says")
                    .with_cure("change mac= there, or take it out; then 'dim cluster apply'"));
        const auto place = places_.find(owner->second);
        if (place == places_.end())
            return fail(Error(ErrorCode::conflict, whose + ", which was not asked about")
                            .with_cure("name both: 'dim blade discover " + to_string(wanting) +
                                       "," + to_string(owner->second) +
                                       "'; or 'dim blade learn --forget " +
                                       to_string(owner->second) + "'"));
        const MacFinding& other = findings_[place->second];
        if (takes(other) || other.kind == Kind::gone) return {};
        return fail(Error(ErrorCode::conflict, whose + ", and nobody says that it is not any more")
                        .with_cure("'dim blade learn --forget " + to_string(owner->second) +
                                   "' gives it up"));
    }

    bool refuse_taken() {
        bool has_refused = false;
        for (MacFinding& finding : findings_) {
            if (!takes(finding)) continue;
            auto free = check_free(finding.blade, *finding.now);
            if (free) continue;
            refuse(finding, std::move(free).error());
            has_refused = true;
        }
        return has_refused;
    }

    void name_others() {
        for (MacFinding& finding : findings_) {
            if (!takes(finding)) continue;
            const auto owner = owners_.find(*finding.now);
            if (owner == owners_.end() || owner->second == finding.blade) continue;
            finding.other = owner->second;
            MacFinding& other = findings_[places_.at(owner->second)];
            if (other.kind == Kind::gone) other.other = finding.blade;
        }
        std::set<ComponentName> exchanged;
        for (const MacFinding& finding : findings_) {
            if (!finding.other || !takes(finding)) continue;
            const MacFinding& other = findings_[places_.at(*finding.other)];
            if (takes(other) && other.other == finding.blade) exchanged.insert(finding.blade);
        }
        for (MacFinding& finding : findings_)
            if (finding.other && takes(finding))
                finding.kind = exchanged.contains(finding.blade) ? Kind::exchanged : Kind::moved;
    }

    const KnownMacs& known_;
    const Sightings& sightings_;
    std::map<MacAddress, ComponentName> owners_;
    std::map<ComponentName, std::size_t> places_;
    std::vector<MacFinding> findings_;
};

}  // namespace

std::vector<MacFinding> mac_difference(std::span<const ComponentName> blades,
                                       const KnownMacs& known, const Sightings& sightings) {
    return Difference(blades, known, sightings).take();
}

std::vector<api::MacChange> changes_of(std::span<const MacFinding> findings) {
    std::vector<api::MacChange> changes;
    for (const MacFinding& finding : findings) {
        switch (finding.kind) {
            case Kind::fresh:
            case Kind::changed:
            case Kind::exchanged:
            case Kind::moved: changes.push_back({finding.blade, finding.now, finding.place}); break;
            case Kind::gone:
                if (finding.other) changes.push_back({.blade = finding.blade});
                break;
            case Kind::same:
            case Kind::empty:
            case Kind::untold:
            case Kind::refused: break;
        }
    }
    return changes;
}

}  // namespace dim::tool
