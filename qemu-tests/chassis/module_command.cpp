#include "qemu-tests/chassis/module_command.hpp"

#include <charconv>
#include <sstream>
#include <utility>
#include <vector>

namespace dim::chassis {

namespace {

constexpr const char* kHelpLines =
    "console -T system:blade[N] [-o]   the blade's console; ESC ( leaves it\r\n"
    "env -T system|system:blade[N]     what commands are about\r\n"
    "exit\r\n"
    "help\r\n"
    "list -l 2                         what is in the chassis\r\n"
    "power -state|-on|-off|-softoff|-cycle [-T system:blade[N]]\r\n";

/// Words of a command: options and what "-T" names.
struct ModuleWords {
    std::string verb;
    std::vector<std::string> options = {};
    std::optional<std::string> target = {};
};

ModuleWords words_of(std::string_view line) {
    std::istringstream words{std::string(line)};
    ModuleWords result;
    words >> result.verb;
    for (std::string word; words >> word;) {
        if (word != "-T") {
            result.options.push_back(word);
        } else if (std::string named; words >> named) {
            result.target = named;
        }
    }
    return result;
}

/// "system", "system:blade[3]", "blade[3]"; 0 is the chassis.
std::optional<int> target_of(std::string_view word) {
    if (word == "system") return 0;
    if (word.starts_with("system:")) word.remove_prefix(7);
    if (!word.starts_with("blade[") || !word.ends_with(']')) return std::nullopt;
    word = word.substr(6, word.size() - 7);
    int bay = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), bay);
    if (error != std::errc{} || end != word.data() + word.size() || bay < 1) return std::nullopt;
    return bay;
}

/// Why nothing can be done with BAY; empty when it can.
std::string refusal_of(int bay, Chassis& chassis) {
    if (bay > kBays) return "The target bay is out of range.\r\n";
    if (bay == 0) return "The command is not supported for the target.\r\n";
    return chassis.at(bay) ? "" : "The target bay is empty.\r\n";
}

CommandResult begin_console(const ModuleWords& words, int bay, Chassis& chassis) {
    const Blade& blade = *chassis.at(bay);
    const bool takes_over = words.options == std::vector<std::string>{"-o"};
    if (!words.options.empty() && !takes_over) return {.text = "Invalid option\r\n"};
    if (!blade.has_sol) return {.text = "SOL on blade is not enabled\r\n"};
    if (!blade.is_on) return {.text = "SOL is not ready\r\n"};
    if (blade.has_sol_session && !takes_over) return {.text = "SOL session is already active\r\n"};
    return {.console_bay = bay};
}

CommandResult switch_power(const ModuleWords& words, int bay, Chassis& chassis) {
    const std::string option = words.options.size() == 1 ? words.options.front() : "";
    if (option == "-state") return {.text = chassis.at(bay)->is_on ? "On\r\n" : "Off\r\n"};
    if (option == "-on") {
        chassis.command(bay, PowerCommand::on);
    } else if (option == "-off") {
        chassis.command(bay, PowerCommand::off);
    } else if (option == "-softoff") {
        chassis.command(bay, PowerCommand::soft_off);
    } else if (option == "-cycle") {
        chassis.command(bay, PowerCommand::off);
        chassis.command(bay, PowerCommand::on);
    } else {
        return {.text = "Invalid option\r\n"};
    }
    return {.text = "OK\r\n"};
}

CommandResult list_chassis(Chassis& chassis) {
    std::string text = "system\r\n    mm[1]     primary\r\n";
    for (int bay = 1; bay <= kBays; ++bay) {
        if (chassis.at(bay))
            text += "    blade[" + std::to_string(bay) + "]     " + chassis.at(bay)->name + "\r\n";
    }
    return {.text = text};
}

}  // namespace

CommandResult run_module_command(std::string_view line, int& target, Chassis& chassis) {
    const ModuleWords words = words_of(line);
    if (words.verb.empty()) return {};
    if (words.verb == "exit") return {.is_over = true};
    if (words.verb == "help") return {.text = kHelpLines};
    if (words.verb == "list") return list_chassis(chassis);
    const auto named = words.target ? target_of(*words.target) : target;
    if (!named) return {.text = "Invalid target path\r\n"};
    const bool is_change = words.verb == "env";
    if (!is_change && words.verb != "console" && words.verb != "power")
        return {.text = "Command not recognized\r\n"};
    if (is_change && *named == 0) {
        target = 0;
        return {.text = "OK\r\n"};
    }
    if (std::string refusal = refusal_of(*named, chassis); !refusal.empty())
        return {.text = std::move(refusal)};
    if (words.verb == "console") return begin_console(words, *named, chassis);
    if (words.verb == "power") return switch_power(words, *named, chassis);
    target = *named;
    return {.text = "OK\r\n"};
}

std::string module_prompt(int target) {
    return target == 0 ? "system> " : "system:blade[" + std::to_string(target) + "]> ";
}

}  // namespace dim::chassis
