#pragma once

#include "imageserver/cluster/cluster_edits.hpp"
#include "imageserver/cluster/member_definition.hpp"
#include "imageserver/peer/definition_debts.hpp"
#include "libdim/api/server_messages.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <vector>

namespace dim::server {

/// How a cluster definition comes into force on the management node and its members: on all that
/// answer, or on none. Who did not answer is behind, and is brought the definition that is in force
/// here when it answers again. Calls block; one at a time changes members.
class ClusterRollout {
public:
    using Edit = std::function<Result<std::string>()>;
    /// Runs EDIT where ClusterEdits::apply may be called, and waits for it.
    using RunEdit = std::function<Result<std::string>(const Edit& edit)>;

    /// HERE is this server's name. The references outlive this.
    ClusterRollout(model::ComponentName here, ClusterEdits& edits, RunEdit run_edit,
                   Membership& membership, Database& database, Alerts& alerts,
                   const WallClock& clock)
        : here_(std::move(here)),
          edits_(edits),
          run_edit_(std::move(run_edit)),
          membership_(membership),
          debts_(database),
          alerts_(alerts),
          clock_(clock) {}

    /// Waits for members, so not where edits are. Those without a base in PROPOSAL are behind from
    /// now on. Killed in the middle, all members are behind. Errors: those of ClusterEdits::apply;
    /// what a member says that refuses; then all is as it was, or the error tells where not.
    Result<std::string> apply(const api::RolloutProposal& proposal, const Progress& progress);

    /// Brings members that are behind what is in force here, unless apply() is at work. One whose
    /// definition was never in force here was changed there by hand, and is left alone, with an
    /// alert.
    void catch_up();

    Result<std::vector<DefinitionDebt>> behind() { return debts_.all(); }

private:
    using Changes = std::vector<MemberDefinition::Change>;
    struct Asked {
        MemberDefinition member;
        std::uint32_t base;
    };
    /// The members: those to be asked, and the debts of all.
    struct Round {
        std::vector<Asked> asked;
        std::vector<DefinitionDebt> debts;
    };
    Result<Round> plan(const api::RolloutProposal& proposal);
    Result<void> carry_out(const Round& round, std::uint32_t base_here,
                           const api::ClusterRevision& made, const Progress& progress,
                           std::string& done, std::vector<DefinitionDebt>& left);
    std::vector<DefinitionDebt> go_back(const Round& round, const Changes& changes,
                                        std::uint32_t base_here, const api::ClusterRevision& made);
    Result<void> bring(const DefinitionDebt& debt);
    bool is_member(const model::ComponentName& server) const;
    void settle(const DefinitionDebt& debt);

    model::ComponentName here_;  ///< the management node
    ClusterEdits& edits_;
    RunEdit run_edit_;
    Membership& membership_;
    DefinitionDebts debts_;
    Alerts& alerts_;
    const WallClock& clock_;
    std::mutex round_;  ///< held by whoever changes members' definitions
};

}  // namespace dim::server
