#include "tools/bay_action.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <array>

namespace dim::tool {

namespace {

using bladecenter::Bay;
using bladecenter::Blade;
using bladecenter::ManagementModule;
using bladecenter::PowerChange;
using bladecenter::PowerCommand;

constexpr const char* kActions =
    "power on|off|softoff|cycle|state, reset, nmi, bootseq [LIST], mac, name [TEXT], vpd, health, "
    "led [on|off|blink], sol on|off|state";

std::unexpected<Failure> no_action(const std::string& message) {
    return wrong_usage(
        Error(ErrorCode::invalid_input, message).with_cure(std::string("there are: ") + kActions));
}

BayAnswer transition(const PowerChange& change) {
    const std::string before(to_string(change.before));
    const std::string after(to_string(change.after));
    return {before + " → " + after, {{"before", before}, {"after", after}}};
}

BayAnswer one_value(const std::string& name, std::string_view value) {
    return {std::string(value), {{name, std::string(value)}}};
}

using BayAnswers = Result<std::vector<Result<BayAnswer>>>;

template <class Ask>
BayAction question(Ask ask) {
    return {.act = {}, .interruption = {}, .ask = std::move(ask)};
}

/// An action that changes power.
template <class Change>
BayAction power_action(const Change& change, std::chrono::milliseconds wait,
                       std::string interruption) {
    return {[=](ManagementModule& module, Bay bay) -> Result<BayAnswer> {
                DIM_TRY(const PowerChange changed, change(module, bay, sys::Deadline::in(wait)));
                return transition(changed);
            },
            std::move(interruption)};
}

BayAction switch_action(PowerCommand command, std::chrono::milliseconds wait,
                        std::string interruption) {
    return power_action(
        [command](ManagementModule& module, Bay bay, const sys::Deadline& deadline) {
            return module.switch_power(bay, command, deadline);
        },
        wait, std::move(interruption));
}

BayAction reset_action(std::chrono::milliseconds wait) {
    return power_action([](ManagementModule& module, Bay bay,
                           const sys::Deadline& deadline) { return module.reset(bay, deadline); },
                        wait, "reset");
}

Outcome<BayAction> parse_power(const std::string& word, std::chrono::milliseconds wait) {
    if (word == "on") return switch_action(PowerCommand::on, wait, "");
    if (word == "off") return switch_action(PowerCommand::off, wait, "switch off");
    if (word == "softoff") return switch_action(PowerCommand::soft_off, wait, "switch off");
    if (word == "cycle") {
        return power_action(
            [](ManagementModule& module, Bay bay, const sys::Deadline& deadline) {
                return module.cycle(bay, deadline);
            },
            wait, "power-cycle");
    }
    if (word == "state") {
        return question([](ManagementModule& module, const BayAction::Bays& bays) -> BayAnswers {
            DIM_TRY(const auto states, module.power_states(bays));
            std::vector<Result<BayAnswer>> answers;
            for (const auto& state : states) {
                if (state) {
                    answers.emplace_back(one_value("state", to_string(*state)));
                } else {
                    answers.emplace_back(fail(state.error()));
                }
            }
            return answers;
        });
    }
    return no_action("there is no 'power " + printable(word, 40) + "'");
}

/// An action that reads what the module knows of a blade.
BayAction report_action(std::function<BayAnswer(const Blade&)> tell) {
    return question([tell = std::move(tell)](ManagementModule& module,
                                             const BayAction::Bays& bays) -> BayAnswers {
        DIM_TRY(auto reports, module.bays(bays));
        std::vector<Result<BayAnswer>> answers;
        for (bladecenter::BayReport& report : reports) {
            if (!report.blade) {
                answers.emplace_back(fail(std::move(report.blade).error()));
            } else if (!*report.blade) {
                answers.emplace_back(
                    fail(ErrorCode::not_found, "bay " + to_string(report.bay) + " is empty"));
            } else {
                answers.emplace_back(tell(**report.blade));
            }
        }
        return answers;
    });
}

BayAnswer mac_answer(const Blade& blade) {
    std::string macs;
    for (const auto& mac : blade.macs)
        macs += (macs.empty() ? "" : " ") + to_string(mac);
    return one_value("macs", macs);
}

BayAnswer product_answer(const Blade& blade) {
    BayAnswer answer{"",
                     {{"name", blade.name},
                      {"type", blade.type ? std::string(to_string(*blade.type)) : ""},
                      {"machine_type", blade.machine_type},
                      {"machine_model", blade.machine_model},
                      {"serial", blade.serial},
                      {"uuid", blade.uuid.value_or("")}}};
    for (const auto& [name, value] : answer.values)
        answer.text +=
            (answer.text.empty() ? "" : ", ") + name + ' ' + (value.empty() ? "-" : value);
    return answer;
}

BayAction name_action(const std::string& name) {
    return {[name](ManagementModule& module, Bay bay) -> Result<BayAnswer> {
                DIM_CHECK(module.set_name(bay, name));
                return one_value("name", name);
            },
            ""};
}

Outcome<BayAction> parse_led_action(const std::string& word) {
    DIM_TRY(const auto led, from_word("led", bladecenter::parse_led(word)));
    return BayAction{[led](ManagementModule& module, Bay bay) -> Result<BayAnswer> {
                         DIM_CHECK(module.set_led(bay, led));
                         return one_value("led", to_string(led));
                     },
                     ""};
}

BayAction nmi_action() {
    return {[](ManagementModule& module, Bay bay) -> Result<BayAnswer> {
                DIM_CHECK(module.send_nmi(bay));
                return one_value("nmi", "sent");
            },
            "interrupt"};
}

BayAction boot_sequence_action() {
    return {[](ManagementModule& module, Bay bay) -> Result<BayAnswer> {
                DIM_TRY(const auto sequence, module.boot_sequence(bay));
                return one_value("bootseq", to_string(sequence));
            },
            ""};
}

Outcome<BayAction> parse_boot_sequence_action(const std::string& word) {
    DIM_TRY(const auto sequence, from_word("bootseq", bladecenter::parse_boot_sequence(word)));
    return BayAction{[sequence](ManagementModule& module, Bay bay) -> Result<BayAnswer> {
                         DIM_CHECK(module.set_boot_sequence(bay, sequence));
                         return one_value("bootseq", to_string(sequence));
                     },
                     ""};
}

Outcome<BayAction> parse_sol(const std::string& word) {
    if (word == "state") {
        return BayAction{[](ManagementModule& module, Bay bay) -> Result<BayAnswer> {
                             DIM_TRY(const auto sol, module.serial_over_lan(bay));
                             return one_value("sol", sol ? to_string(*sol) : "off");
                         },
                         ""};
    }
    if (word != "on" && word != "off")
        return no_action("there is no 'sol " + printable(word, 40) + "'");
    return BayAction{[word](ManagementModule& module, Bay bay) -> Result<BayAnswer> {
                         DIM_CHECK(module.allow_serial_over_lan(bay, word == "on"));
                         return one_value("sol", word);
                     },
                     ""};
}

BayAction health_action() {
    return report_action(
        [](const Blade& blade) { return one_value("health", to_string(blade.health)); });
}

}  // namespace

Outcome<BayAction> parse_bay_action(const std::vector<std::string>& words,
                                    std::chrono::milliseconds wait) {
    if (words.empty()) return no_action("what is to be done is missing");
    const std::string& verb = words.front();
    constexpr std::array<std::string_view, 5> kAlone{"reset", "nmi", "mac", "vpd", "health"};
    const bool is_alone = std::ranges::find(kAlone, verb) != kAlone.end();
    if (words.size() > 2 || (is_alone && words.size() > 1))
        return no_action("'" + printable(verb, 40) + "' takes no '" + printable(words.back(), 40) +
                         "'");
    if (verb == "reset") return reset_action(wait);
    if (verb == "nmi") return nmi_action();
    if (verb == "mac") return report_action(mac_answer);
    if (verb == "vpd") return report_action(product_answer);
    if (verb == "health") return health_action();
    const bool has_value = words.size() == 2;
    if (verb == "power" && has_value) return parse_power(words[1], wait);
    if (verb == "sol" && has_value) return parse_sol(words[1]);
    if (verb == "bootseq")
        return has_value ? parse_boot_sequence_action(words[1]) : boot_sequence_action();
    if (verb == "name" && has_value) return name_action(words[1]);
    if (verb == "name")
        return report_action([](const Blade& blade) { return one_value("name", blade.name); });
    if (verb == "led" && has_value) return parse_led_action(words[1]);
    if (verb == "led")
        return report_action(
            [](const Blade& blade) { return one_value("led", to_string(blade.led)); });
    return no_action("'" + printable(verb, 40) + "' is nothing that a bay does");
}

}  // namespace dim::tool
