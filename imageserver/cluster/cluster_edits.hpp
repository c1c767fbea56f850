#pragma once

#include "imageserver/apply/service_appliers.hpp"
#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/cluster/change_warnings.hpp"
#include "imageserver/cluster/cluster_revisions.hpp"
#include "imageserver/service/progress.hpp"
#include "imageserver/state/wall_clock.hpp"
#include "libdim/api/cluster_messages.hpp"
#include "libdim/base/result.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dim::server {

/// How another cluster definition comes into force. Calls block; apply() and reload() one at a
/// time.
class ClusterEdits {
public:
    /// FILE is the configured cluster definition. The references outlive this.
    ClusterEdits(std::string file, Roster& roster, ClusterRevisions& revisions,
                 ServiceAppliers& services, ChangeWarnings warnings, BootJournal& journal,
                 Alerts& alerts, const WallClock& clock)
        : file_(std::move(file)),
          roster_(roster),
          revisions_(revisions),
          services_(services),
          warnings_(warnings),
          journal_(journal),
          alerts_(alerts),
          clock_(clock) {}

    /// At a start: what was in force stays, because of PROBLEM. An alert until that is mended.
    void note_problem(const Error& problem);

    /// Brings a proposal into force: the services first, then the file, which decides from then on.
    /// When anything fails, all is as it was. Errors: conflict when its base is not in force, or
    /// when it needs a restart of the daemon; those of parse_cluster and of the services.
    Result<std::string> apply(const api::ClusterProposal& proposal, const Progress& progress);
    /// Brings into force what the file says now. Errors: as apply().
    Result<std::string> reload(const Progress& progress);

    /// What a proposal would change. Errors: as apply(), before anything is done.
    Result<api::ClusterDifference> difference(const api::ClusterProposal& proposal);
    /// The revision in force, with its XML.
    Result<api::ClusterRevision> current();
    Result<api::ClusterRevision> revision(std::uint32_t number) { return revisions_.find(number); }
    Result<api::ClusterRevisionList> revisions() { return revisions_.list(); }

private:
    /// A definition that may come into force.
    struct Candidate {
        std::string xml;
        std::string origin;
        cluster::Definition definition;
    };
    Result<Candidate> candidate_of(const api::ClusterProposal& proposal);
    Result<void> check_base(const api::ClusterProposal& proposal,
                            const api::ClusterRevision& current) const;
    Result<void> check_change(const cluster::Definition& next) const;
    Result<void> keep_edited_file(const Candidate& candidate, const api::ClusterRevision& current);
    Result<void> bring_into_force(const Candidate& candidate, std::uint32_t number,
                                  const std::function<Result<void>()>& write);
    Result<void> take_over(const Candidate& candidate, std::uint32_t number,
                           const std::function<Result<void>()>& write);
    std::string achieved(std::uint32_t number) const;

    std::string file_;
    Roster& roster_;
    ClusterRevisions& revisions_;
    ServiceAppliers& services_;
    ChangeWarnings warnings_;
    BootJournal& journal_;
    Alerts& alerts_;
    const WallClock& clock_;
};

}  // namespace dim::server
