#include "libdim/cluster/definition/blade_bay.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/component_query.hpp"
#include "tools/console_relay.hpp"
#include "tools/output/words.hpp"
#include "tools/power_selection.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

using bladecenter::ModuleConsole;

constexpr std::chrono::seconds kDialogueTime{20};

struct ConsoleArguments {
    std::string blade;
    std::optional<std::string> credentials_file;
    bool takes = false;
};

/// Failures: of a program that ends badly, its exit code.
Outcome<> run_program_on_terminal(const std::vector<std::string>& words,
                                  const power::Variables& variables) {
    DIM_TRY(const auto ended, run_on_terminal(words, power::environment_with(variables)));
    if (ended.is_success()) return {};
    return fail(ErrorCode::conflict, words.front() + ": " + to_string(ended));
}

Outcome<> run_own_program(const cluster::Definition& definition, const cluster::Blade& blade,
                          const cluster::BladePower& power) {
    DIM_CHECK(power::check_plug_in(*power.console));
    const auto told = plug_in_blade(definition, cluster::BladeBays(definition), blade, power);
    return run_program_on_terminal({*power.console, "console"},
                                   power::plug_in_variables(told, "console"));
}

Outcome<> run_ipmi_console(const cluster::Definition& definition, const cluster::Blade& blade,
                           const cluster::BladePower& power, const ConsoleArguments& arguments) {
    DIM_CHECK(BmcOwners(definition).check_only(blade, power));
    DIM_TRY(const power::Bmc bmc, bmc_of(power, arguments.credentials_file));
    if (arguments.takes)
        DIM_CHECK(run_program_on_terminal(power::ipmi_words(bmc, {"sol", "deactivate"}),
                                          power::ipmi_variables(bmc)));
    return run_program_on_terminal(power::ipmi_words(bmc, {"sol", "activate"}),
                                   power::ipmi_variables(bmc));
}

/// Of BAY, at one module.
Result<ModuleConsole> open_console(const cluster::ModuleContact& contact, bladecenter::Bay bay,
                                   const ConsoleArguments& arguments) {
    DIM_TRY(const auto login, read_login(arguments.credentials_file ? arguments.credentials_file
                                                                    : contact.console_credentials,
                                         "DIM_MM_CONSOLE_USER", "DIM_MM_CONSOLE_PASSWORD"));
    const auto take =
        arguments.takes ? ModuleConsole::Take::from_others : ModuleConsole::Take::when_free;
    const model::Ipv4Endpoint module{contact.address,
                                     contact.telnet_port.value_or(bladecenter::kTelnetPort)};
    return ModuleConsole::open(module, login, bay, take, sys::Deadline::in(kDialogueTime));
}

/// At the module, or when that does not answer at its partner, which is told.
Result<ModuleConsole> open_console_of_chassis(const cluster::Definition& definition,
                                              const cluster::ModuleContact& contact,
                                              bladecenter::Bay bay,
                                              const ConsoleArguments& arguments) {
    auto console = open_console(contact, bay, arguments);
    if (console || contact.partner == nullptr || !bladecenter::is_silence(console.error()))
        return console;
    DIM_TRY(const auto partner, cluster::contact_of(definition, *contact.partner));
    auto other = open_console(partner, bay, arguments);
    const std::string name = to_string(contact.partner->name);
    if (other) {
        std::cerr << "the console is of " << name << ": the first module does not answer\n";
    } else if (bladecenter::is_silence(other.error())) {
        return fail(std::move(console).error().with_context("neither it nor its partner " + name +
                                                            " answers"));
    }
    return other;
}

Outcome<> run_module_console(const cluster::Definition& definition, const cluster::Blade& blade,
                             const ConsoleArguments& arguments) {
    DIM_TRY(const cluster::BladeBay place, cluster::BladeBays(definition).of(blade));
    DIM_TRY(const auto bay, bladecenter::Bay::parse(std::to_string(place.bay)));
    DIM_TRY(const auto contact, cluster::contact_of(definition, *place.module));
    DIM_TRY(auto console, open_console_of_chassis(definition, contact, bay, arguments));
    DIM_CHECK(relay_console(console));
    return {};
}

Outcome<const cluster::Blade*>
one_blade(const Context& context, const cluster::Definition& definition, const std::string& name) {
    DIM_TRY(const auto blades, blades_in_range(context, definition, {&name, 1}));
    if (blades.size() == 1) return blades.front();
    return wrong_usage(Error(ErrorCode::invalid_input,
                             "'" + name + "' names " + count_text(blades.size(), "blade"))
                           .with_cure("a console is of one"));
}

}  // namespace

Action console(CLI::App& app) {
    auto arguments = std::make_shared<ConsoleArguments>();
    app.description(app.get_description() +
                    "\n~. at the beginning of a line ends it, as with ssh.");
    app.add_option("NAME", arguments->blade, "one blade")->required();
    app.add_flag("--take", arguments->takes, "take it from somebody else who has it");
    app.add_option("--credentials", arguments->credentials_file,
                   "a file that only you may read, with 'user NAME' and 'password TEXT'");
    return [=](Context& context) -> Outcome<> {
        if (context.json)
            return contradiction("--json and a console", "what a blade prints is no JSON");
        DIM_TRY(const auto definition, load_cluster(context));
        DIM_TRY(const cluster::Blade* blade, one_blade(context, definition, arguments->blade));
        DIM_TRY(const auto power, cluster::power_of(definition, *blade));
        if (power.console) return run_own_program(definition, *blade, power);
        switch (power.kind) {
            case cluster::PowerKind::bladecenter:
                return run_module_console(definition, *blade, *arguments);
            case cluster::PowerKind::ipmi:
                return run_ipmi_console(definition, *blade, power, *arguments);
            case cluster::PowerKind::exec: break;
        }
        return fail(Error(ErrorCode::not_found, to_string(blade->name) + " has no console")
                        .with_cure("name a program by a property console-command"));
    };
}

}  // namespace dim::tool
