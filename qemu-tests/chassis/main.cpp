// A BladeCenter chassis for tests and for trying DIM without hardware; --help tells how.

#include "qemu-tests/chassis/emulator.hpp"
#include "qemu-tests/chassis/say.hpp"
#include "qemu-tests/chassis/trap_sender.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <sys/signalfd.h>

namespace {

using dim::chassis::say;

constexpr const char* kHelp =
    "usage: chassis [--listen ADDRESS:PORT] [--community WORD] [--user 'NAME SHA PASS DES PASS']\n"
    "               [--bay N=KIND[,on][,wide][,range][,mac=MAC][,name=NAME]]... [--machine "
    "N=FILE]...\n"
    "               [--telnet ADDRESS:PORT] [--login USER:PASSWORD] [--trap ADDRESS:PORT]...\n"
    "               [--reset-time MS] [--end-with-input]\n"
    "\n"
    "A management module of 14 bays, over SNMPv1 and, with --user, SNMPv3. KIND is js20, js21 or\n"
    "empty. Without --listen: 127.0.0.1 and a port that is free. It prints 'ready ADDRESS:PORT'\n"
    "and a line for each power command. A bay with --machine is a QEMU that the JSON FILE\n"
    "describes (docs/hardware.md); the others are states and nothing else. --telnet is the\n"
    "module's command line, with serial over LAN; its port is printed as 'telnet ADDRESS:PORT'.\n"
    "Traps are of version 1. Lines on standard input change it, each is answered 'ok':\n"
    "  bay N=...         puts a blade into a bay, or takes it out\n"
    "  machine N=FILE    what the bay's blade is from the next time on that it is switched on\n"
    "  temperature C     of the air that comes in; above 38 it is told\n"
    "  silent on|off     answers nothing, and prints 'dropped' for each request\n"
    "  slow MS           answers MS milliseconds later; 0: at once\n"
    "  too-big N         refuses requests for more than N objects; 0: none\n"
    "  mute on|off       carries commands out, and answers only questions\n"
    "  stuck on|off      takes commands for blades and does nothing\n"
    "  reset             restarts the module, which takes --reset-time (2000); blades go on\n"
    "  reset-after N     the same behind the answer to the Nth request from now on\n"
    "  requests          prints 'requests N': those that came since it was asked the last time\n"
    "  wrong-time        tells users of version 3 a time and refuses it\n"
    "It ends by SIGTERM or SIGINT, and with --end-with-input at the end of its standard input;\n"
    "machines end with it, however it ends.\n";

struct Options {
    std::string listen = "127.0.0.1:0";
    dim::chassis::Access access;
    std::vector<dim::chassis::BayDescription> bays;
    std::vector<dim::chassis::MachineChoice> machines;
    std::string telnet;
    dim::chassis::Login login;
    std::vector<std::string> traps;
    dim::chassis::EmulatorSettings emulator;
};

[[noreturn]] void refuse(const std::string& why) {
    std::fprintf(stderr, "chassis: %s\n%s", why.c_str(), kHelp);
    std::exit(2);
}

bool read_login(const std::string& value, dim::chassis::Login& login) {
    const std::size_t colon = value.find(':');
    if (colon == std::string::npos) return false;
    login = {.user = value.substr(0, colon), .password = value.substr(colon + 1)};
    return true;
}

bool read_reset_time(const std::string& value, dim::chassis::EmulatorSettings& settings) {
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    settings.reset_time = std::chrono::milliseconds(number);
    return error == std::errc{} && end == value.data() + value.size() && number >= 0;
}

bool read_bay(const std::string& value, Options& options) {
    const auto bay = dim::chassis::parse_bay(value);
    if (bay) options.bays.push_back(*bay);
    return bay.has_value();
}

bool read_machine_option(const std::string& value, Options& options) {
    auto machine = dim::chassis::read_machine(value);
    if (!machine) return false;
    options.machines.push_back(*std::move(machine));
    return true;
}

/// False when WORD is no option, or VALUE is none for it.
bool read_option(const std::string& word, const std::string& value, Options& options) {
    if (word == "--bay") return read_bay(value, options);
    if (word == "--machine") return read_machine_option(value, options);
    if (word == "--login") return read_login(value, options.login);
    if (word == "--reset-time") return read_reset_time(value, options.emulator);
    if (word == "--trap") {
        options.traps.push_back(value);
    } else if (word == "--listen") {
        options.listen = value;
    } else if (word == "--telnet") {
        options.telnet = value;
    } else if (word == "--community") {
        options.access.community = value;
    } else if (word == "--user") {
        options.access.user = value;
    } else {
        return false;
    }
    return true;
}

Options read_options(const std::vector<std::string>& words) {
    Options options;
    for (std::size_t at = 1; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word == "--end-with-input") {
            options.emulator.ends_with_input = true;
            continue;
        }
        if (word == "--help") {
            std::fputs(kHelp, stdout);
            std::exit(0);
        }
        if (at + 1 == words.size()) refuse("no value behind " + word);
        const std::string& value = words[++at];
        if (!read_option(word, value, options)) refuse("wrong: " + word + ' ' + value);
    }
    return options;
}

int signal_descriptor() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    return ::signalfd(-1, &signals, SFD_CLOEXEC);
}

/// "127.0.0.1" of "127.0.0.1:1161".
std::string host_of(const std::string& address) { return address.substr(0, address.find(':')); }

/// False when the console of one cannot be.
bool give_machines(dim::chassis::Machines& machines, const Options& options) {
    return std::ranges::all_of(options.machines, [&](const auto& choice) {
        return machines.give(choice.bay, choice.machine);
    });
}

int fail(const std::string& why) {
    std::fprintf(stderr, "chassis: %s\n", why.c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options = read_options({argv, argv + argc});
    options.emulator.signals = signal_descriptor();
    dim::chassis::Loop loop;
    dim::chassis::Chassis chassis(say);
    dim::chassis::Machines machines(loop, chassis, say);
    dim::chassis::ModuleShell shell(loop, chassis, machines, options.login);
    auto agent = dim::chassis::Agent::listen(chassis, options.listen, options.access);
    if (!agent) return fail("cannot listen at " + options.listen + ", or the user is wrong");
    const auto telnet = options.telnet.empty() ? 0 : shell.listen(options.telnet);
    if (!telnet) return fail("cannot listen at " + options.telnet);
    const dim::chassis::TrapSender traps(host_of(options.listen), options.traps,
                                         options.access.community);
    dim::chassis::Emulator emulator(loop, chassis, machines, *agent, shell, options.emulator);
    if (!give_machines(machines, options)) return fail("cannot make a machine's console");
    say("ready " + host_of(options.listen) + ':' + std::to_string(agent->port()));
    if (*telnet != 0) say("telnet " + host_of(options.telnet) + ':' + std::to_string(*telnet));
    for (const auto& bay : options.bays)
        chassis.put(bay);
    chassis.set_watchers({.event = [&](const auto& event) { traps.send(event); },
                          .console_lost = [&](int bay) { shell.end_console(bay); },
                          .reset = [&] { emulator.reset_soon(); }});
    loop.run();
    return 0;
}
