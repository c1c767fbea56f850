#include "imageserver/cluster/cluster_edits.hpp"

#include "imageserver/cluster/cluster_file.hpp"
#include "imageserver/cluster/cluster_start.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/cluster/definition/difference.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/xml/xml_document.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <utility>

namespace dim::server {

namespace {

using api::ClusterProposal;
using api::ClusterRevision;
using cluster::Definition;
using Purpose = ClusterRevisions::Purpose;

static_assert(api::limits::kClusterXmlBytes == cluster::kXmlLimit);
static_assert(api::limits::kComponents == cluster::kComponentsLimit);

/// What JSON makes of bytes that are no UTF-8.
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

constexpr const char* kProblemKind = "cluster-definition";

std::string number_text(std::uint32_t number) { return "revision " + std::to_string(number); }

std::string_view kind_text(cluster::DefinitionChange::Kind kind) {
    switch (kind) {
        case cluster::DefinitionChange::Kind::added: return "added";
        case cluster::DefinitionChange::Kind::removed: return "removed";
        case cluster::DefinitionChange::Kind::changed: return "changed";
    }
    std::unreachable();
}

/// Keeps the mode of a file that is there.
Result<void> write_file(const std::string& path, std::string_view bytes) {
    constexpr mode_t kPermissions = 0777;
    constexpr mode_t kNewFile = 0644;
    const auto status = sys::stat(path);
    return sys::write_file_atomically(path, bytes, status ? status->mode & kPermissions : kNewFile);
}

/// Puts back what was there, which may be nothing.
Result<void> restore_file(const std::string& path, const Result<std::string>& before) {
    const auto present = read_cluster_file(path);
    if (present == before || (!before && before.error().code() != ErrorCode::not_found)) return {};
    return before ? write_file(path, *before) : sys::unlink(path);
}

}  // namespace

void ClusterEdits::note_problem(const Error& problem) {
    alerts_.note({kProblemKind, file_, problem.message(), problem.cure()}, clock_.now());
}

Result<ClusterRevision> ClusterEdits::current() {
    DIM_TRY(auto current, revisions_.in_force());
    if (current) return *std::move(current);
    return fail(ErrorCode::internal, "no cluster definition is in force");
}

Result<void> ClusterEdits::check_base(const ClusterProposal& proposal,
                                      const ClusterRevision& current) const {
    if (!proposal.base || *proposal.base == current.number) return {};
    return fail(Error(ErrorCode::conflict, number_text(current.number) +
                                               " of the cluster definition is in force by now: "
                                               "this change was made against " +
                                               number_text(*proposal.base))
                    .with_cure("look at the difference again: dim cluster diff"));
}

Result<void> ClusterEdits::check_change(const Definition& next) const {
    const auto previous = roster_.definition();
    DIM_TRY(const auto old_place, cluster::bootnet_of(*previous, roster_.server()));
    DIM_TRY(const auto new_place, cluster::bootnet_of(next, roster_.server()));
    if (old_place.address != new_place.address || old_place.device != new_place.device) {
        return fail(
            Error(ErrorCode::conflict,
                  "the bootnet interface of " + to_string(roster_.server()) + " would change")
                .with_cure("write the definition to " + file_ + " and restart imageserver"));
    }
    return {};
}

Result<ClusterEdits::Candidate> ClusterEdits::candidate_of(const ClusterProposal& proposal) {
    if (proposal.xml.has_value() == proposal.revision.has_value())
        return fail(ErrorCode::invalid_input, "either xml or revision must be given");
    if (proposal.xml) {
        const std::string name = proposal.file_name.value_or("xml");
        if (proposal.xml->contains(kReplacement)) {
            return fail(Error(ErrorCode::invalid_input,
                              name + ": it has U+FFFD in it, as texts have that are no UTF-8")
                            .with_cure("write it in UTF-8"));
        }
        DIM_TRY(auto definition, cluster::parse_cluster(*proposal.xml, name));
        DIM_CHECK(check_change(definition));
        return Candidate{*proposal.xml, "applied: " + name, std::move(definition)};
    }
    DIM_TRY(auto known, revisions_.find(*proposal.revision));
    const std::string name = number_text(known.number);
    if (!known.xml) {
        return fail(Error(ErrorCode::not_found, "the text of " + name + " is no longer kept")
                        .with_cure("take one of the newest: dim cluster history"));
    }
    DIM_TRY(auto definition, cluster::parse_cluster(*known.xml, name));
    DIM_CHECK(check_change(definition));
    return Candidate{*std::move(known.xml), "back to " + name, std::move(definition)};
}

/// What somebody wrote into the file and did not reload is not lost when the file is replaced.
Result<void> ClusterEdits::keep_edited_file(const Candidate& candidate,
                                            const ClusterRevision& current) {
    const auto edited = read_cluster_file(file_);
    if (!edited || *edited == current.xml || *edited == candidate.xml) return {};
    DIM_TRY(const auto known, revisions_.find_text(*edited, ClusterRevisions::Among::all));
    if (known) return {};
    DIM_CHECK(
        revisions_.add({.xml = *edited, .origin = "edited, never in force: " + file_, .blades = 0},
                       Purpose::keep, clock_.now()));
    return {};
}

Result<std::string> ClusterEdits::apply(const ClusterProposal& proposal, const Progress& progress) {
    if (!proposal.base) {
        return fail(Error(ErrorCode::invalid_input, "base: missing")
                        .with_cure("name the revision that the change was made against"));
    }
    DIM_TRY(const auto in_force, current());
    DIM_CHECK(check_base(proposal, in_force));
    progress("checking the cluster definition", 0, 0);
    DIM_TRY(const auto candidate, candidate_of(proposal));
    DIM_CHECK(keep_edited_file(candidate, in_force));
    std::uint32_t number = in_force.number;
    if (candidate.xml != in_force.xml) {
        DIM_TRY(number, revisions_.add({.xml = candidate.xml,
                                        .origin = candidate.origin,
                                        .blades = candidate.definition.blades.size()},
                                       Purpose::pending, clock_.now()));
    }
    progress("telling the services", 0, 0);
    DIM_CHECK(bring_into_force(candidate, number,
                               [this, &candidate] { return write_file(file_, candidate.xml); }));
    return achieved(number);
}

Result<std::string> ClusterEdits::reload(const Progress& progress) {
    progress("reading the cluster definition", 0, 0);
    DIM_TRY(auto text, read_cluster_file(file_));
    DIM_TRY(auto definition, cluster::parse_cluster(text, file_));
    DIM_CHECK(check_change(definition));
    const Candidate candidate{std::move(text), {}, std::move(definition)};
    DIM_TRY(const auto in_force, current());
    std::uint32_t number = in_force.number;
    if (candidate.xml != in_force.xml) {
        DIM_TRY(number, number_of_edited(revisions_, candidate.xml, file_,
                                         candidate.definition.blades.size(), clock_.now()));
    }
    progress("telling the services", 0, 0);
    DIM_CHECK(bring_into_force(candidate, number, [] { return Result<void>(); }));
    return achieved(number);
}

Result<void> ClusterEdits::take_over(const Candidate& candidate, std::uint32_t number,
                                     const std::function<Result<void>()>& write) {
    DIM_CHECK(roster_.replace(candidate.definition));
    DIM_CHECK(services_.apply_all());
    DIM_CHECK(write());
    return revisions_.put_in_force(number);
}

Result<void> ClusterEdits::bring_into_force(const Candidate& candidate, std::uint32_t number,
                                            const std::function<Result<void>()>& write) {
    const auto previous = roster_.definition();
    const auto old_file = read_cluster_file(file_);
    auto done = take_over(candidate, number, write);
    journal_.count_change();
    if (done) {
        alerts_.forget(kProblemKind, file_);
        return {};
    }
    Result<void> back = roster_.replace(*previous);
    const auto keep_first = [&back](Result<void> next) {
        if (back) back = std::move(next);
    };
    keep_first(services_.apply_all());
    keep_first(restore_file(file_, old_file));
    keep_first(revisions_.remove_pending());
    Error error = std::move(done).error().with_context(
        "the new cluster definition was not applied, the old one is in force");
    if (back) return fail(std::move(error));
    const std::string cure = error.cure();
    return fail(Error(error.code(),
                      error.message() + "; not all could be put back: " + to_string(back.error()))
                    .with_cure(cure));
}

std::string ClusterEdits::achieved(std::uint32_t number) const {
    return number_text(number) +
           " of the cluster definition is in force: " + std::to_string(roster_.entries().size()) +
           " blades of " + to_string(roster_.server());
}

Result<api::ClusterDifference> ClusterEdits::difference(const ClusterProposal& proposal) {
    DIM_TRY(const auto in_force, current());
    DIM_CHECK(check_base(proposal, in_force));
    DIM_TRY(const auto candidate, candidate_of(proposal));
    auto found = cluster::difference(*roster_.definition(), candidate.definition);
    api::ClusterDifference answer{.base = in_force.number,
                                  .changes = {},
                                  .blades = found.blades,
                                  .servers = std::move(found.servers),
                                  .reloads = {},
                                  .warnings = {}};
    for (cluster::DefinitionChange& change : found.changes) {
        answer.changes.push_back({std::string(kind_text(change.kind)), std::move(change.what),
                                  change.count, std::move(change.text)});
    }
    DIM_TRY(const Roster next, roster_.with(candidate.definition));
    DIM_TRY(answer.reloads, services_.reloaded_by(next));
    DIM_TRY(answer.warnings, warnings_.of(candidate.definition, clock_.now()));
    return answer;
}

}  // namespace dim::server
