#pragma once

#include "imageserver/blade/learned_macs.hpp"
#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace dim::server {

/// A blade of ours, and where it is on the bootnet.
struct RosterEntry {
    cluster::Blade blade;  ///< with the MAC that is in force
    model::Ipv4Address address;
    std::optional<LearnedMac> learned = {};  ///< when BLADE's MAC is that
};

/// What is told of where ENTRY's MAC comes from: "definition", "learn", the name of a plug-in.
std::optional<std::string> mac_source(const RosterEntry& entry);

/// The blades this server serves, as the cluster definition in force says, and their MACs, which
/// may be learned: where the definition has none, and gives the learned one to no blade. Any thread
/// may call; one at a time replaces and learns.
class Roster {
public:
    /// Errors: not_found when the definition does not know SERVER.
    static Result<Roster> create(model::ComponentName server, cluster::Definition definition,
                                 LearnedByBlade learned = {});

    const model::ComponentName& server() const { return server_; }
    std::shared_ptr<const cluster::Definition> definition() const;
    /// Errors: not_found when the definition does not know our server; nothing changes then.
    Result<void> replace(cluster::Definition definition);
    /// What this one would be with DEFINITION. Errors: as replace().
    Result<Roster> with(cluster::Definition definition) const;

    /// The rows of the definition that blades of ours are of.
    std::vector<model::PlatformRow> platforms() const;
    /// Of these, the rows of blades that ASSIGNED gives IMAGE.
    std::vector<model::PlatformRow>
    platforms_with(const model::ImageName& image,
                   const std::map<model::ComponentName, model::ImageName>& assigned) const;

    /// All that was learned, in force or not, of blades of ours or not.
    LearnedByBlade learned() const;
    /// From now on LEARNED is what was.
    Result<void> learn(LearnedByBlade learned);

    /// In the order of the definition.
    std::vector<RosterEntry> entries() const;
    // Errors: not_found, with a cure; for a blade of another server too, naming that.
    Result<RosterEntry> find(const model::ComponentName& name) const;
    Result<RosterEntry> find(const model::MacAddress& mac) const;
    Result<RosterEntry> find(model::Ipv4Address address) const;
    /// The same as finding it, but asked of every connection: without copies.
    bool has(model::Ipv4Address address) const;
    /// By coordinate or linear name, numbers with any leading zeros.
    Result<RosterEntry> find_any_name(std::string_view text) const;

private:
    struct Snapshot;
    Roster(model::ComponentName server, std::shared_ptr<const Snapshot> snapshot);
    static Result<std::shared_ptr<const Snapshot>> prepare(const model::ComponentName& server,
                                                           cluster::Definition definition,
                                                           LearnedByBlade learned);
    std::vector<model::PlatformRow>
    platforms_where(const std::function<bool(const cluster::Blade&)>& is_asked) const;
    void adopt(std::shared_ptr<const Snapshot> snapshot);
    std::shared_ptr<const Snapshot> snapshot() const;

    model::ComponentName server_;
    std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
    std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace dim::server
