#pragma once

#include "libdim/cluster/definition/definition.hpp"
#include "tools/command.hpp"
#include "tools/mac_difference.hpp"
#include "tools/named_server.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dim::tool {

/// What an image server has learned, and which one; without a name, the only one that is asked.
struct ServerMacs {
    std::optional<NamedServer> server;
    api::MacList list;
};

/// The daemon that SERVER is reached by.
ApiClient daemon_of(const Context& context, const ServerMacs& server);

/// What the cluster definition and the image servers say of MACs.
class ClusterMacs {
public:
    /// Of the definition alone: nobody was asked.
    explicit ClusterMacs(cluster::Definition definition) : definition_(std::move(definition)) {}
    /// Asks the daemon here and, on a management node where nobody said which server to ask, its
    /// members. One that does not answer, and serves none of BLADES, is told of on standard error.
    /// Failures: what those say that serve some of BLADES.
    static Outcome<ClusterMacs> ask(const Context& context, cluster::Definition definition,
                                    std::span<const model::ComponentName> blades);

    const cluster::Definition& definition() const { return definition_; }
    /// Of every blade whose MAC is known.
    KnownMacs known() const;
    const std::vector<ServerMacs>& servers() const { return servers_; }
    /// Members that did not answer: what blades of theirs have learned is not known.
    const std::vector<model::ComponentName>& silent() const { return silent_; }
    /// What is said of BLADE: by its server, or else by the definition.
    api::BladeMac mac_of(const model::ComponentName& blade) const;
    /// nullptr when its server has not joined the one here.
    const ServerMacs* server_of(const model::ComponentName& blade) const;

    /// Has each server learn its share of CHANGES, which are one transaction there, unless somebody
    /// else has changed MACs since ask(). What was achieved. Failures: what a server says, and
    /// which have theirs already.
    Outcome<std::string> learn(const Context& context, const std::string& source,
                               std::vector<api::MacChange> changes) const;

private:
    Outcome<> ask_members(const Context& context, const std::vector<NamedServer>& members,
                          std::span<const model::ComponentName> blades);

    cluster::Definition definition_;
    std::vector<ServerMacs> servers_;
    std::vector<model::ComponentName> silent_;
};

}  // namespace dim::tool
