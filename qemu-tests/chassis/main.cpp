// A BladeCenter chassis for tests and for trying DIM without hardware; --help tells how.

#include "qemu-tests/chassis/agent.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

using dim::chassis::Agent;
using dim::chassis::Chassis;

constexpr const char* kHelp =
    "usage: chassis [--listen ADDRESS:PORT] [--community WORD] [--user 'NAME SHA PASS DES PASS']\n"
    "               [--bay N=KIND[,on][,wide][,range][,mac=MAC][,name=NAME]]...\n"
    "               [--end-with-input]\n"
    "\n"
    "A management module of 14 bays, over SNMPv1 and, with --user, SNMPv3. KIND is js20, js21 or\n"
    "empty. Without --listen: 127.0.0.1 and a port that is free. It prints 'ready ADDRESS:PORT'\n"
    "and a line for each power command. Lines on standard input change it, each is answered 'ok':\n"
    "  bay N=...         puts a blade into a bay, or takes it out\n"
    "  silent on|off     answers nothing, and prints 'dropped' for each request\n"
    "  slow MS           answers MS milliseconds later; 0: at once\n"
    "  too-big N         refuses requests for more than N objects; 0: none\n"
    "  stuck on|off      takes commands for blades and does nothing\n"
    "It ends by SIGTERM or SIGINT, and with --end-with-input at the end of its standard input.\n";

struct Options {
    std::string listen = "127.0.0.1:0";
    dim::chassis::Access access;
    std::vector<dim::chassis::BayDescription> bays;
    bool ends_with_input = false;
};

[[noreturn]] void refuse(const std::string& why) {
    std::fprintf(stderr, "chassis: %s\n%s", why.c_str(), kHelp);
    std::exit(2);
}

Options read_options(const std::vector<std::string>& words) {
    Options options;
    for (std::size_t at = 1; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word == "--end-with-input") {
            options.ends_with_input = true;
            continue;
        }
        if (word == "--help") {
            std::fputs(kHelp, stdout);
            std::exit(0);
        }
        if (at + 1 == words.size()) refuse("no value behind " + word);
        const std::string& value = words[++at];
        if (word == "--listen") {
            options.listen = value;
        } else if (word == "--community") {
            options.access.community = value;
        } else if (word == "--user") {
            options.access.user = value;
        } else if (const auto bay = dim::chassis::parse_bay(value); word == "--bay" && bay) {
            options.bays.push_back(*bay);
        } else {
            refuse("wrong: " + word + ' ' + value);
        }
    }
    return options;
}

void say(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

/// Faults, and the loop that knows them.
class Emulator {
public:
    Emulator(Chassis& chassis, Agent& agent, int signals, bool ends_with_input)
        : chassis_(chassis), agent_(agent), signals_(signals), ends_with_input_(ends_with_input) {}

    void run() {
        while (true) {
            pollfd waited[3] = {{.fd = signals_, .events = POLLIN, .revents = 0},
                                {.fd = input_, .events = POLLIN, .revents = 0},
                                {.fd = agent_.socket(), .events = POLLIN, .revents = 0}};
            if (::poll(waited, 3, -1) < 0 && errno != EINTR) return;
            if (waited[0].revents != 0) return;
            if (waited[1].revents != 0 && !read_input()) return;
            if (waited[2].revents == 0) continue;
            if (is_silent_) {
                agent_.drop();
                say("dropped");
            } else {
                // A signal ends the delay; commands wait for its end.
                pollfd signal{.fd = signals_, .events = POLLIN, .revents = 0};
                if (delay_ms_ > 0) ::poll(&signal, 1, delay_ms_);
                agent_.answer();
            }
        }
    }

private:
    /// False when that was the end of all.
    bool read_input() {
        char buffer[512];
        const ssize_t size = ::read(input_, buffer, sizeof buffer);
        if (size <= 0) {
            input_ = -1;
            return !ends_with_input_;
        }
        unread_.append(buffer, static_cast<std::size_t>(size));
        for (std::size_t end = 0; (end = unread_.find('\n')) != std::string::npos;) {
            say(obey(unread_.substr(0, end)) ? "ok" : "wrong");
            unread_.erase(0, end + 1);
        }
        return true;
    }

    bool obey(const std::string& line) {
        const std::size_t blank = line.find(' ');
        if (blank == std::string::npos) return false;
        const std::string word = line.substr(0, blank);
        const std::string value = line.substr(blank + 1);
        if (word == "bay") {
            const auto bay = dim::chassis::parse_bay(value);
            if (bay) chassis_.put(*bay);
            return bay.has_value();
        }
        const bool is_on = value == "on";
        if (word == "silent") is_silent_ = is_on;
        if (word == "stuck") chassis_.set_stuck(is_on);
        if (word == "silent" || word == "stuck") return is_on || value == "off";
        int number = 0;
        const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
        if (read.ec != std::errc{} || number < 0) return false;
        if (word == "slow") delay_ms_ = number;
        if (word == "too-big") agent_.set_object_limit(number);
        return word == "slow" || word == "too-big";
    }

    Chassis& chassis_;
    Agent& agent_;
    int signals_;
    int input_ = STDIN_FILENO;
    bool ends_with_input_;
    bool is_silent_ = false;
    int delay_ms_ = 0;
    std::string unread_;
};

int signal_descriptor() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    return ::signalfd(-1, &signals, SFD_CLOEXEC);
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = read_options({argv, argv + argc});
    Chassis chassis([](const std::string& event) { say(event); });
    for (const auto& bay : options.bays)
        chassis.put(bay);
    const int signals = signal_descriptor();
    auto agent = Agent::listen(chassis, options.listen, options.access);
    if (!agent) {
        std::fprintf(stderr, "chassis: cannot listen at %s, or the user is wrong\n",
                     options.listen.c_str());
        return 1;
    }
    say("ready " + options.listen.substr(0, options.listen.find(':')) + ':' +
        std::to_string(agent->port()));
    Emulator(chassis, *agent, signals, options.ends_with_input).run();
    return 0;
}
