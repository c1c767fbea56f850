#include "qemu-tests/chassis/emulator.hpp"

#include "qemu-tests/chassis/say.hpp"

#include <charconv>
#include <fstream>
#include <sstream>

namespace dim::chassis {

namespace {

std::optional<int> whole_number(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::optional<MachineChoice> read_machine(std::string_view text) {
    const std::size_t equals = text.find('=');
    const auto bay = whole_number(text.substr(0, equals));
    if (equals == std::string_view::npos || !bay || *bay < 1 || *bay > kBays) return std::nullopt;
    const std::ifstream file{std::string(text.substr(equals + 1))};
    std::ostringstream content;
    content << file.rdbuf();
    auto machine = parse_machine(content.str());
    if (!file || !machine) return std::nullopt;
    return MachineChoice{*bay, *std::move(machine)};
}

Emulator::Emulator(Loop& loop, Chassis& chassis, Machines& machines, Agent& agent,
                   ModuleShell& shell, const EmulatorSettings& settings)
    : loop_(loop),
      chassis_(chassis),
      machines_(machines),
      agent_(agent),
      shell_(shell),
      settings_(settings) {
    loop_.watch(settings.signals, [this] { loop_.stop(); });
    loop_.watch(STDIN_FILENO, [this] { read_input(); });
    watch_agent();
}

void Emulator::watch_agent() {
    loop_.watch(agent_.socket(), [this] { take_request(); });
}

void Emulator::take_request() {
    ++requests_;
    if (is_silent_ || is_resetting_) {
        agent_.drop();
        if (is_silent_) say("dropped");
    } else if (delay_ms_ == 0) {
        answer();
    } else {
        // The others that come meanwhile wait.
        loop_.forget(agent_.socket());
        loop_.at(Loop::Clock::now() + std::chrono::milliseconds(delay_ms_),
                 [this, held = ++held_request_] {
                     if (held == held_request_) let_go();
                 });
    }
}

void Emulator::let_go() {
    ++held_request_;
    watch_agent();
    answer();
}

void Emulator::answer() {
    agent_.answer();
    if (requests_until_reset_ > 0 && --requests_until_reset_ == 0) shall_reset_ = true;
    if (shall_reset_) reset();
}

void Emulator::reset() {
    shall_reset_ = false;
    is_resetting_ = true;
    say("module restarts");
    shell_.end_all();
    loop_.at(Loop::Clock::now() + settings_.reset_time, [this] {
        is_resetting_ = false;
        agent_.count_boot();
        chassis_.log({.severity = "INFO", .text = "Management Module restarted."});
        say("module is back");
    });
}

void Emulator::read_input() {
    char buffer[512];
    const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (size <= 0) {
        loop_.forget(STDIN_FILENO);
        if (settings_.ends_with_input) loop_.stop();
        return;
    }
    unread_.append(buffer, static_cast<std::size_t>(size));
    for (std::size_t end = 0; (end = unread_.find('\n')) != std::string::npos;) {
        const std::string line = unread_.substr(0, end);
        unread_.erase(0, end + 1);
        say(obey(line) ? "ok" : "wrong");
    }
}

bool Emulator::obey(std::string_view line) {
    const std::size_t blank = line.find(' ');
    const std::string_view word = line.substr(0, blank);
    if (line == "reset") {
        reset();
        return true;
    }
    if (line == "requests") {
        say("requests " + std::to_string(std::exchange(requests_, 0)));
        return true;
    }
    if (line == "wrong-time") {
        Agent::confuse_time();
        return true;
    }
    if (blank == std::string_view::npos) return false;
    const std::string_view value = line.substr(blank + 1);
    if (word == "bay") {
        const auto bay = parse_bay(value);
        if (bay) chassis_.put(*bay);
        return bay.has_value();
    }
    if (word == "machine") {
        auto choice = read_machine(value);
        return choice && machines_.give(choice->bay, std::move(choice->machine));
    }
    const bool is_on = value == "on";
    if (word == "silent") is_silent_ = is_on;
    if (word == "stuck") chassis_.set_stuck(is_on);
    if (word == "mute") agent_.answer_commands(!is_on);
    if (word == "silent" || word == "stuck" || word == "mute") return is_on || value == "off";
    const auto number = whole_number(value);
    return number && *number >= 0 && obey_number(word, *number);
}

bool Emulator::obey_number(std::string_view word, int number) {
    if (word == "slow") {
        delay_ms_ = number;
        if (number == 0 && held_request_ % 2 == 1) let_go();
    } else if (word == "too-big") {
        agent_.set_object_limit(number);
    } else if (word == "reset-after") {
        requests_until_reset_ = number;
    } else if (word == "temperature") {
        chassis_.set_temperature(number);
    } else {
        return false;
    }
    return true;
}

}  // namespace dim::chassis
