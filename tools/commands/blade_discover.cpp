#include "libdim/base/text.hpp"
#include "tools/blade_selection.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/discover_plugin.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <set>

namespace dim::tool {

namespace {

using Kind = MacFinding::Kind;

struct DiscoverArguments {
    BladeSelection selection;
    ModuleAccess access;
    std::string plugin = "bladecenter-snmp";
    std::string directory = "/etc/dim/discover.d";
    std::optional<std::string> file;
    std::uint32_t time_limit_seconds = 300;
    bool is_in_order = false;
    bool is_dry = false;
};

/// What was found, and of whom it is to be learned.
struct Discovery {
    ClusterMacs macs;
    std::vector<MacFinding> findings;
    std::vector<Error> problems;  ///< of no blade
};

/// What any host of the bootnet can say is learned only after somebody has looked at it.
Outcome<> check_is_looked_at(const Context& context, const DiscoverArguments& arguments) {
    if (arguments.plugin != kDhcpLog || !context.assume_yes || arguments.is_dry) return {};
    return wrong_usage(Error(ErrorCode::invalid_input,
                             "--yes and dhcp-log: any host of the bootnet can ask with any MAC, so "
                             "somebody has to look")
                           .with_cure("dim blade learn BLADE MAC, or without --yes"));
}

Outcome<Discovery> discover(const Context& context, const DiscoverArguments& arguments) {
    BladeSelection selection = arguments.selection;
    if (selection.ranges.empty()) selection.ranges.emplace_back("all");
    DIM_TRY(const auto blades, selection.find(context));
    DIM_TRY(auto definition, load_cluster(context));
    DIM_TRY(auto macs, ClusterMacs::ask(context, std::move(definition), blades));
    const KnownMacs known = macs.known();
    DiscoverQuestion question{.context = context,
                              .macs = macs,
                              .components = {},
                              .access = arguments.access,
                              .csv_file = arguments.file,
                              .is_in_order = arguments.is_in_order,
                              .directory = arguments.directory,
                              .time_limit = std::chrono::seconds(arguments.time_limit_seconds)};
    const cluster::BladeBays bays(macs.definition());
    for (const model::ComponentName& blade : blades) {
        DIM_TRY(auto component, discover_component(macs.definition(), bays, blade,
                                                   arguments.access.credentials_file));
        if (const auto found = known.find(blade); found != known.end())
            component.mac = found->second.mac;
        question.components.push_back(std::move(component));
    }
    DIM_TRY(auto answers, ask_plugin(arguments.plugin, question));
    auto findings = mac_difference(blades, known, answers.sightings);
    return Discovery{std::move(macs), std::move(findings), std::move(answers.problems)};
}

/// Of blades whose MACs are not known without doubt. Failures: when there is one.
Outcome<> tell_problems(const Discovery& found) {
    std::size_t count = 0;
    const auto tell = [&count](const Error& problem, const std::string& before) {
        ++count;
        std::cerr << before << terminal_text(problem.message()) << '\n';
        if (!problem.cure().empty())
            std::cerr << prefix_lines(terminal_text(problem.cure()), "     ");
    };
    for (const MacFinding& finding : found.findings)
        if (finding.problem) tell(*finding.problem, to_string(finding.blade) + ": ");
    for (const Error& problem : found.problems)
        tell(problem, "");
    if (count == 0) return {};
    return fail(Error(ErrorCode::conflict,
                      "of " + count_text(count, "line or blade") + " nothing could be learned")
                    .with_cure("each is told above"));
}

/// A blade that runs loses its root when another MAC is its. Best effort: what is asked of the
/// daemons is only for this.
void warn_of_running(const Context& context, const Discovery& found) {
    std::set<model::ComponentName> other_board;
    for (const MacFinding& finding : found.findings)
        if (finding.before && finding.now && finding.before != finding.now && !finding.problem)
            other_board.insert(finding.blade);
    if (other_board.empty()) return;
    for (const ServerMacs& server : found.macs.servers()) {
        const auto status = daemon_of(context, server).get<api::ClusterStatus>("/v1/status");
        if (!status) continue;
        for (const api::BladeStatus& blade : status->blades)
            if (blade.state == model::BladeState::running && other_board.contains(blade.name))
                std::cerr << to_string(blade.name) << " runs, heard "
                          << duration_text(blade.age_seconds)
                          << " ago: if that is still the board that it had, it loses its root file "
                             "system\n";
    }
}

/// A MAC that is new here may be that of a blade of a server that said nothing: somebody who was
/// told of that has to say yes.
Outcome<> check_is_compared(const Context& context, const ClusterMacs& macs) {
    if (macs.silent().empty() || !context.assume_yes) return {};
    std::string names;
    for (const model::ComponentName& server : macs.silent())
        names += (names.empty() ? "" : ", ") + to_string(server);
    return fail(Error(ErrorCode::conflict, "no answer from " + names +
                                               ": a MAC may be another blade's there; nothing was "
                                               "learned")
                    .with_cure("see 'dim server list'; or look, and confirm it without --yes"));
}

Outcome<> apply(const Context& context, const std::string& source, const Discovery& found,
                std::string& done) {
    auto changes = changes_of(found.findings);
    if (changes.empty()) {
        done = "nothing is to be learned";
        return {};
    }
    DIM_CHECK(check_is_compared(context, found.macs));
    std::vector<model::ComponentName> blades;
    for (const api::MacChange& change : changes)
        blades.push_back(change.blade);
    warn_of_running(context, found);
    DIM_CHECK(confirm_blades(context, "change the MACs of", blades, kAskAlways));
    DIM_TRY(done, found.macs.learn(context, source, std::move(changes)));
    return {};
}

}  // namespace

Action blade_discover(CLI::App& app) {
    auto arguments = std::make_shared<DiscoverArguments>();
    arguments->selection.add_options(app);
    app.add_option("--plugin", arguments->plugin,
                   "who is asked: bladecenter-snmp, csv, dhcp-log, or a program of --plugins")
        ->capture_default_str();
    app.add_option("--plugins", arguments->directory, "where programs are that are plug-ins")
        ->capture_default_str();
    app.add_option("--file", arguments->file, "with csv: the file, with lines NAME,MAC");
    app.add_flag("--in-order", arguments->is_in_order,
                 "with dhcp-log: they were switched on in the order of their names");
    app.add_option("--time-limit", arguments->time_limit_seconds,
                   "seconds that a program may take (300)")
        ->check(CLI::Range(1, 86'400));
    app.add_flag("--dry-run", arguments->is_dry, "show what would be learned");
    arguments->access.add_credentials_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_CHECK(check_is_looked_at(context, *arguments));
        DIM_TRY(const Discovery found, discover(context, *arguments));
        if (!context.json) std::cout << mac_findings_text(found.findings) << std::flush;
        std::string done;
        const auto applied =
            arguments->is_dry ? Outcome<>() : apply(context, arguments->plugin, found, done);
        if (context.json)
            std::cout << mac_findings_json(found.findings, applied && !arguments->is_dry);
        else if (!done.empty())
            std::cout << done << '\n';
        const auto told = tell_problems(found);
        return applied ? told : applied;
    };
}

}  // namespace dim::tool
