#include "tools/bay_action.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <array>

namespace dim::tool {

namespace {

using bladecenter::Bay;
using bladecenter::Blade;
using bladecenter::ManagementModule;

constexpr const char* kActions =
    "power on|off|softoff|cycle|state, reset, nmi, bootseq [LIST], mac, name [TEXT], vpd, health, "
    "led [on|off|blink], sol on|off|state";

using BladeAnswers = Result<std::vector<Result<BladeAnswer>>>;

template <class Ask>
BayAction question(Ask ask) {
    return {.act = {}, .interruption = {}, .ask = std::move(ask)};
}

using ReadBays =
    Result<std::vector<bladecenter::BayReport>> (ManagementModule::*)(const BayAction::Bays&);

/// An action that reads what the module knows of a blade.
BayAction report_action(std::function<BladeAnswer(const Blade&)> tell,
                        ReadBays read = &ManagementModule::bays) {
    return question([tell = std::move(tell), read](ManagementModule& module,
                                                   const BayAction::Bays& bays) -> BladeAnswers {
        DIM_TRY(auto reports, (module.*read)(bays));
        std::vector<Result<BladeAnswer>> answers;
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

BladeAnswer mac_answer(const Blade& blade) {
    std::string macs;
    for (const auto& mac : blade.macs)
        macs += (macs.empty() ? "" : " ") + to_string(mac);
    return one_value("macs", macs);
}

BladeAnswer product_answer(const Blade& blade) {
    BladeAnswer answer{"",
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
    return {[name](ManagementModule& module, Bay bay) -> Result<BladeAnswer> {
                DIM_CHECK(module.set_name(bay, name));
                return one_value("name", name);
            },
            ""};
}

Outcome<BayAction> parse_led_action(const std::string& word) {
    DIM_TRY(const auto led, from_word("led", bladecenter::parse_led(word)));
    return BayAction{[led](ManagementModule& module, Bay bay) -> Result<BladeAnswer> {
                         DIM_CHECK(module.set_led(bay, led));
                         return one_value("led", to_string(led));
                     },
                     ""};
}

BayAction nmi_action() {
    return {[](ManagementModule& module, Bay bay) -> Result<BladeAnswer> {
                DIM_CHECK(module.send_nmi(bay));
                return one_value("nmi", "sent");
            },
            "interrupt"};
}

BayAction boot_sequence_action() {
    return {[](ManagementModule& module, Bay bay) -> Result<BladeAnswer> {
                DIM_TRY(const auto sequence, module.boot_sequence(bay));
                return one_value("bootseq", to_string(sequence));
            },
            ""};
}

Outcome<BayAction> parse_boot_sequence_action(const std::string& word) {
    DIM_TRY(const auto sequence, from_word("bootseq", bladecenter::parse_boot_sequence(word)));
    return BayAction{[sequence](ManagementModule& module, Bay bay) -> Result<BladeAnswer> {
                         DIM_CHECK(module.set_boot_sequence(bay, sequence));
                         return one_value("bootseq", to_string(sequence));
                     },
                     ""};
}

Outcome<BayAction> parse_sol(const std::string& word) {
    if (word == "state") {
        return BayAction{[](ManagementModule& module, Bay bay) -> Result<BladeAnswer> {
                             DIM_TRY(const auto sol, module.serial_over_lan(bay));
                             return one_value("sol", sol ? to_string(*sol) : "off");
                         },
                         ""};
    }
    if (word != "on" && word != "off")
        return no_bay_action("there is no 'sol " + printable(word, 40) + "'");
    return BayAction{[word](ManagementModule& module, Bay bay) -> Result<BladeAnswer> {
                         DIM_CHECK(module.allow_serial_over_lan(bay, word == "on"));
                         return one_value("sol", word);
                     },
                     ""};
}

BayAction health_action() {
    return report_action(
        [](const Blade& blade) { return one_value("health", to_string(blade.health)); });
}

BayAction led_action() {
    return report_action(
        [](const Blade& blade) {
            return one_value("led", blade.led ? to_string(*blade.led) : std::string_view());
        },
        &ManagementModule::bays_with_leds);
}

}  // namespace

std::unexpected<Failure> no_bay_action(const std::string& message) {
    return wrong_usage(
        Error(ErrorCode::invalid_input, message).with_cure(std::string("there are: ") + kActions));
}

Outcome<BayAction> parse_bay_action(const std::vector<std::string>& words) {
    if (words.empty()) return no_bay_action("what is to be done is missing");
    const std::string& verb = words.front();
    constexpr std::array<std::string_view, 4> kAlone{"nmi", "mac", "vpd", "health"};
    const bool is_alone = std::ranges::find(kAlone, verb) != kAlone.end();
    if (words.size() > 2 || (is_alone && words.size() > 1))
        return no_bay_action("'" + printable(verb, 40) + "' takes no '" +
                             printable(words.back(), 40) + "'");
    if (verb == "nmi") return nmi_action();
    if (verb == "mac") return report_action(mac_answer);
    if (verb == "vpd") return report_action(product_answer);
    if (verb == "health") return health_action();
    const bool has_value = words.size() == 2;
    if (verb == "sol" && has_value) return parse_sol(words[1]);
    if (verb == "bootseq")
        return has_value ? parse_boot_sequence_action(words[1]) : boot_sequence_action();
    if (verb == "name" && has_value) return name_action(words[1]);
    if (verb == "name")
        return report_action([](const Blade& blade) { return one_value("name", blade.name); });
    if (verb == "led" && has_value) return parse_led_action(words[1]);
    if (verb == "led") return led_action();
    return no_bay_action("'" + printable(verb, 40) + "' is nothing that a bay does");
}

}  // namespace dim::tool
