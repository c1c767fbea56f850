#include "imageserver/cluster/cluster_rollout.hpp"

#include "libdim/base/in_parallel.hpp"

#include <algorithm>
#include <optional>

namespace dim::server {

using model::ComponentName;

namespace {

constexpr const char* kBehindKind = "definition";
constexpr std::size_t kMembersAtOnce = 16;

std::string names_text(std::span<const DefinitionDebt> debts) {
    std::string text;
    for (const DefinitionDebt& debt : debts)
        text += (text.empty() ? "" : ", ") + to_string(debt.server);
    return text;
}

/// What a member is told to apply in place of its revision BASE.
api::ClusterProposal handed_on(const api::ClusterRevision& revision, const ComponentName& from,
                               std::uint32_t base) {
    return {.xml = revision.xml,
            .file_name = "revision " + std::to_string(revision.number) + " of " + to_string(from),
            .base = base};
}

Error changed_by_hand() {
    return Error(ErrorCode::conflict, "its definition was changed there by hand, and never was in "
                                      "force here")
        .with_cure("'dim cluster apply FILE' shows what it would change there, and asks");
}

}  // namespace

Result<ClusterRollout::Round> ClusterRollout::plan(const api::RolloutProposal& proposal) {
    DIM_TRY(const auto list, membership_.servers());
    Round round;
    for (const api::ServerSummary& server : list.servers) {
        if (server.state != "member") continue;
        const auto base = std::ranges::find(proposal.bases, server.name, &api::RolloutBase::server);
        const bool is_asked = base != proposal.bases.end();
        round.debts.push_back({server.name, is_asked ? "it is being brought" : "no answer"});
        if (is_asked)
            round.asked.push_back({MemberDefinition(membership_, server.name), base->base});
    }
    return round;
}

Result<std::string> ClusterRollout::apply(const api::RolloutProposal& proposal,
                                          const Progress& progress) {
    const std::lock_guard lock(round_);
    DIM_TRY(const Round round, plan(proposal));
    DIM_TRY(const auto before, debts_.all());
    DIM_CHECK(debts_.add(round.debts));
    std::string done;
    std::vector<DefinitionDebt> left = before;
    // Read before another edit may follow.
    Result<api::ClusterRevision> made = fail(ErrorCode::internal, "");
    auto applied = run_edit_([&] {
        auto edited = edits_.apply({.xml = proposal.xml,
                                    .file_name = proposal.file_name,
                                    .revision = proposal.revision,
                                    .base = proposal.base},
                                   progress);
        if (edited) made = edits_.current();
        return edited;
    });
    Result<void> outcome;
    if (applied && made) {
        done = *std::move(applied);
        outcome = carry_out(round, *proposal.base, *made, progress, done, left);
    } else if (applied) {
        left = round.debts;
        outcome = fail(std::move(made).error());
    } else {
        outcome = fail(std::move(applied).error().with_context("nothing was changed; here"));
    }
    DIM_CHECK(debts_.replace(left));
    if (!outcome) return fail(std::move(outcome).error());
    return done;
}

/// LEFT: who is behind afterwards.
Result<void> ClusterRollout::carry_out(const Round& round, std::uint32_t base_here,
                                       const api::ClusterRevision& made, const Progress& progress,
                                       std::string& done, std::vector<DefinitionDebt>& left) {
    progress("telling the other image servers", 0, 0);
    const std::vector<DefinitionDebt> before = std::exchange(left, round.debts);
    const Changes changes =
        in_parallel(std::span(round.asked), kMembersAtOnce, [&](const Asked& asked) {
            return asked.member.change(handed_on(made, here_, asked.base));
        });
    const auto refused = std::ranges::find_if(changes, &MemberDefinition::Change::is_refused);
    if (refused != changes.end()) {
        const auto not_back = go_back(round, changes, base_here, made);
        left = before;
        // Who was cut off may be at it still, whatever it says now.
        for (std::size_t i = 0; i < changes.size(); ++i)
            if (!changes[i].is_done && !changes[i].is_refused)
                left.push_back({round.asked[i].member.server(), changes[i].problem->message()});
        std::ranges::copy_if(not_back, std::back_inserter(left), [&](const DefinitionDebt& debt) {
            return debt.server != here_ &&
                   std::ranges::find(left, debt.server, &DefinitionDebt::server) == left.end();
        });
        const Asked& asked = round.asked[static_cast<std::size_t>(refused - changes.begin())];
        const std::string rest = not_back.empty()
                                     ? "all servers have the definition that they had"
                                     : "not all could be put back: " + names_text(not_back);
        return fail(
            Error(*refused->problem)
                .with_context(to_string(asked.member.server()) + " refused it, and " + rest));
    }
    left.clear();
    for (const DefinitionDebt& debt : round.debts) {
        const auto asked = std::ranges::find_if(
            round.asked, [&](const Asked& each) { return each.member.server() == debt.server; });
        if (asked == round.asked.end()) {
            left.push_back(debt);
            continue;
        }
        const auto& change = changes[static_cast<std::size_t>(asked - round.asked.begin())];
        if (!change.is_done) left.push_back({debt.server, change.problem->message()});
    }
    done += "; of " + std::to_string(round.debts.size()) + " members " +
            std::to_string(round.debts.size() - left.size()) + " have it";
    if (!left.empty()) done += ", and get it when they answer: " + names_text(left);
    return {};
}

/// Who has, or may have, what came into force goes back to its own base. Returns who did not.
std::vector<DefinitionDebt> ClusterRollout::go_back(const Round& round, const Changes& changes,
                                                    std::uint32_t base_here,
                                                    const api::ClusterRevision& made) {
    std::vector<DefinitionDebt> not_back;
    if (made.number != base_here) {
        // Not when somebody has edited it since.
        const auto back = run_edit_([&] {
            return edits_.apply({.revision = base_here, .base = made.number},
                                [](std::string_view, std::uint64_t, std::uint64_t) {});
        });
        if (!back) not_back.push_back({here_, back.error().message()});
    }
    std::vector<Asked> changed;
    for (std::size_t i = 0; i < changes.size(); ++i)
        if (!changes[i].is_refused) changed.push_back(round.asked[i]);
    const auto results = in_parallel(
        std::span<const Asked>(changed), kMembersAtOnce, [&](const Asked& asked) -> Result<void> {
            DIM_TRY(const auto current, asked.member.current());
            if (current.sha256 != made.sha256 || current.number == asked.base) return {};
            const auto back = asked.member.change({.revision = asked.base, .base = current.number});
            if (!back.is_done) return fail(*back.problem);
            return {};
        });
    for (std::size_t i = 0; i < results.size(); ++i)
        if (!results[i])
            not_back.push_back({changed[i].member.server(), results[i].error().message()});
    return not_back;
}

/// Errors: why it is behind still.
Result<void> ClusterRollout::bring(const DefinitionDebt& debt) {
    const MemberDefinition member(membership_, debt.server);
    DIM_TRY(const auto there, member.current());
    DIM_TRY(const auto here, edits_.current());
    if (there.sha256 == here.sha256) return {};
    DIM_TRY(const auto known, edits_.revisions());
    const bool was_in_force_here =
        std::ranges::any_of(known.revisions, [&](const api::ClusterRevision& revision) {
            return revision.was_in_force && revision.sha256 == there.sha256;
        });
    if (!was_in_force_here) return fail(changed_by_hand());
    const auto change = member.change(handed_on(here, here_, there.number));
    if (change.is_done) return {};
    return fail(*change.problem);
}

/// Nobody owes anything to who was taken out.
bool ClusterRollout::is_member(const model::ComponentName& server) const {
    const auto list = membership_.servers();
    return !list || std::ranges::any_of(list->servers, [&](const api::ServerSummary& each) {
        return each.name == server && each.state == "member";
    });
}

void ClusterRollout::settle(const DefinitionDebt& debt) {
    const std::string origin = to_string(debt.server);
    const auto brought = bring(debt);
    if (brought || !is_member(debt.server)) {
        // What is not written down is found to be so the next time.
        static_cast<void>(debts_.pay(debt.server));
        return alerts_.forget(kBehindKind, origin);
    }
    const Error& problem = brought.error();
    alerts_.note({.kind = kBehindKind,
                  .origin = origin,
                  .text = "the cluster definition in force here is not yet in force there: " +
                          problem.message(),
                  .cure = problem.cure()},
                 clock_.now());
    if (problem.message() != debt.problem)
        static_cast<void>(debts_.add(std::vector{DefinitionDebt{debt.server, problem.message()}}));
}

void ClusterRollout::catch_up() {
    const std::unique_lock lock(round_, std::try_to_lock);
    if (!lock) return;
    const auto debts = debts_.all();
    if (!debts) return;  // the database's own alert tells
    static_cast<void>(in_parallel(std::span<const DefinitionDebt>(*debts), kMembersAtOnce,
                                  [this](const DefinitionDebt& debt) {
                                      settle(debt);
                                      return true;
                                  }));
}

}  // namespace dim::server
