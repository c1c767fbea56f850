#include "imageserver/blade/roster.hpp"

#include <map>
#include <set>

namespace dim::server {

using model::ComponentName;
using model::Ipv4Address;
using model::MacAddress;

struct Roster::Snapshot {
    cluster::Definition definition;
    LearnedByBlade learned;
    std::vector<RosterEntry> entries;
    std::map<ComponentName, std::size_t> by_name;
    std::map<MacAddress, std::size_t> by_mac;
    std::map<Ipv4Address, std::size_t> by_address;

    template <class Key>
    Result<RosterEntry> find(const std::map<Key, std::size_t>& index, const Key& key) const {
        if (const auto found = index.find(key); found != index.end()) return entries[found->second];
        return fail(Error(ErrorCode::not_found,
                          to_string(key) + " is no blade of this server's cluster definition")
                        .with_cure("add it to the cluster definition, then 'dim cluster reload'"));
    }
};

std::optional<std::string> mac_source(const RosterEntry& entry) {
    if (entry.learned) return entry.learned->source;
    if (entry.blade.mac) return "definition";
    return std::nullopt;
}

Roster::Roster(ComponentName server, std::shared_ptr<const Snapshot> snapshot)
    : server_(std::move(server)), snapshot_(std::move(snapshot)) {}

Result<std::shared_ptr<const Roster::Snapshot>> Roster::prepare(const ComponentName& server,
                                                                cluster::Definition definition,
                                                                LearnedByBlade learned) {
    DIM_CHECK(cluster::bootnet_of(definition, server));
    auto snapshot = std::make_shared<Snapshot>(
        Snapshot{std::move(definition), std::move(learned), {}, {}, {}, {}});
    std::set<MacAddress> defined;
    for (const cluster::Blade& blade : snapshot->definition.blades)
        if (blade.mac) defined.insert(*blade.mac);
    for (cluster::Blade& blade : cluster::blades_of(snapshot->definition, server)) {
        DIM_TRY(const Ipv4Address address, cluster::bootnet_address(snapshot->definition, blade));
        std::optional<LearnedMac> in_force;
        if (const auto found = snapshot->learned.find(blade.name);
            !blade.mac && found != snapshot->learned.end() &&
            !defined.contains(found->second.mac)) {
            in_force = found->second;
            blade.mac = in_force->mac;
        }
        const std::size_t index = snapshot->entries.size();
        snapshot->by_name.emplace(blade.name, index);
        if (blade.mac) snapshot->by_mac.emplace(*blade.mac, index);
        snapshot->by_address.emplace(address, index);
        snapshot->entries.push_back({std::move(blade), address, std::move(in_force)});
    }
    return snapshot;
}

Result<Roster> Roster::create(ComponentName server, cluster::Definition definition,
                              LearnedByBlade learned) {
    DIM_TRY(auto snapshot, prepare(server, std::move(definition), std::move(learned)));
    return Roster(std::move(server), std::move(snapshot));
}

Result<Roster> Roster::with(cluster::Definition definition) const {
    return create(server_, std::move(definition), learned());
}

Result<void> Roster::replace(cluster::Definition definition) {
    DIM_TRY(auto snapshot, prepare(server_, std::move(definition), learned()));
    adopt(std::move(snapshot));
    return {};
}

std::vector<model::PlatformRow> Roster::platforms() const {
    return platforms_where([](const cluster::Blade&) { return true; });
}

std::vector<model::PlatformRow>
Roster::platforms_with(const model::ImageName& image,
                       const std::map<ComponentName, model::ImageName>& assigned) const {
    return platforms_where([&](const cluster::Blade& blade) {
        const auto found = assigned.find(blade.name);
        return found != assigned.end() && found->second == image;
    });
}

std::vector<model::PlatformRow>
Roster::platforms_where(const std::function<bool(const cluster::Blade&)>& is_asked) const {
    const auto current = snapshot();
    std::set<ComponentName> ours;
    for (const RosterEntry& entry : current->entries)
        if (entry.blade.platform && is_asked(entry.blade)) ours.insert(*entry.blade.platform);
    std::vector<model::PlatformRow> rows;
    for (const model::PlatformRow& row : current->definition.platforms)
        if (ours.contains(row.name)) rows.push_back(row);
    return rows;
}

LearnedByBlade Roster::learned() const { return snapshot()->learned; }

Result<void> Roster::learn(LearnedByBlade learned) {
    DIM_TRY(auto snapshot, prepare(server_, *definition(), std::move(learned)));
    adopt(std::move(snapshot));
    return {};
}

void Roster::adopt(std::shared_ptr<const Snapshot> snapshot) {
    const std::lock_guard lock(*mutex_);
    snapshot_ = std::move(snapshot);
}

std::shared_ptr<const Roster::Snapshot> Roster::snapshot() const {
    const std::lock_guard lock(*mutex_);
    return snapshot_;
}

std::shared_ptr<const cluster::Definition> Roster::definition() const {
    const auto current = snapshot();
    return {current, &current->definition};
}

std::vector<RosterEntry> Roster::entries() const { return snapshot()->entries; }

Result<RosterEntry> Roster::find(const ComponentName& name) const {
    const auto current = snapshot();
    auto found = current->find(current->by_name, name);
    if (found) return found;
    const cluster::Blade* blade = cluster::find_blade(current->definition, name);
    if (blade == nullptr) return found;
    const std::string server = to_string(blade->server);
    return fail(Error(ErrorCode::not_found, to_string(name) + " is served by " + server)
                    .with_cure("run the command on " + server));
}

Result<RosterEntry> Roster::find_any_name(std::string_view text) const {
    DIM_TRY(const auto name, ComponentName::parse(text));
    auto found = find(name);
    const auto definition = this->definition();
    if (found || cluster::find_blade(*definition, name) != nullptr) return found;
    const auto position = definition->taxonomy.find(text);
    if (!position) return found;
    DIM_TRY(const auto coordinate_name, ComponentName::parse(definition->taxonomy.name(*position)));
    return find(coordinate_name);
}

Result<RosterEntry> Roster::find(const MacAddress& mac) const {
    const auto current = snapshot();
    return current->find(current->by_mac, mac);
}

Result<RosterEntry> Roster::find(Ipv4Address address) const {
    const auto current = snapshot();
    return current->find(current->by_address, address);
}

bool Roster::has(Ipv4Address address) const { return snapshot()->by_address.contains(address); }

}  // namespace dim::server
