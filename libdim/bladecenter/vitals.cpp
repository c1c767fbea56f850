#include "libdim/bladecenter/vitals.hpp"

#include "libdim/bladecenter/module_text.hpp"
#include "libdim/bladecenter/objects.hpp"
#include "libdim/bladecenter/question.hpp"

#include <cstdint>
#include <utility>

namespace dim::bladecenter {

using snmp::ObjectId;

namespace {

constexpr std::uint32_t kBlowerCount = 4;
constexpr std::uint32_t kFirstBlowerState = 10;
constexpr std::uint32_t kPowerModuleCount = 4;

ObjectId blower_speed(std::uint32_t blower) { return objects::kBlowers.below({blower, 0}); }
ObjectId blower_state(std::uint32_t blower) {
    return objects::kBlowers.below({kFirstBlowerState + blower - 1, 0});
}

Result<std::vector<Blower>> blowers_of(const Question& question) {
    std::vector<Blower> blowers;
    for (std::uint32_t number = 1; number <= kBlowerCount; ++number) {
        if (question.find(blower_speed(number)) == nullptr) break;
        Blower blower;
        DIM_TRY(const auto speed, question.text(blower_speed(number)));
        DIM_TRY(blower.percent, parse_blower_speed(speed));
        if (question.find(blower_state(number)) != nullptr) {
            DIM_TRY(const auto state, question.number(blower_state(number)));
            DIM_TRY(blower.state, blower_state_of(state));
        }
        blowers.push_back(blower);
    }
    return blowers;
}

Result<std::vector<PowerModule>> power_modules_of(const Question& question) {
    std::vector<PowerModule> modules;
    for (std::uint32_t number = 1; number <= kPowerModuleCount; ++number) {
        const ObjectId exists = objects::kPowerModuleExists.below({number});
        if (question.find(exists) == nullptr) break;
        PowerModule module;
        DIM_TRY(const auto is_there, question.number(exists));
        if (is_there != 0 && is_there != 1)
            return fail(ErrorCode::invalid_input,
                        "powerModuleExists is " + std::to_string(is_there));
        module.is_there = is_there == 1;
        if (module.is_there) {
            DIM_TRY(const auto state, question.number(objects::kPowerModuleState.below({number})));
            DIM_TRY(module.state, power_module_state_of(state));
            DIM_TRY(const auto details,
                    question.text_or_nothing(objects::kPowerModuleDetails.below({number})));
            module.details = product_text(details);
        }
        modules.push_back(std::move(module));
    }
    return modules;
}

}  // namespace

void add_vitals(Question& question) {
    question.add(objects::kModuleTemperature);
    question.add(objects::kAmbientTemperature);
    for (std::uint32_t blower = 1; blower <= kBlowerCount; ++blower) {
        question.add(blower_speed(blower));
        question.add(blower_state(blower));
    }
    for (std::uint32_t module = 1; module <= kPowerModuleCount; ++module)
        for (const ObjectId& object : {objects::kPowerModuleExists, objects::kPowerModuleState,
                                       objects::kPowerModuleDetails})
            question.add(object.below({module}));
}

Result<Vitals> vitals_of(const Question& question) {
    Vitals vitals;
    DIM_TRY(const auto module, question.text_or_nothing(objects::kModuleTemperature));
    DIM_TRY(vitals.module, parse_temperature(module));
    DIM_TRY(const auto ambient, question.text_or_nothing(objects::kAmbientTemperature));
    DIM_TRY(vitals.ambient, parse_temperature(ambient));
    DIM_TRY(vitals.blowers, blowers_of(question));
    DIM_TRY(vitals.power_modules, power_modules_of(question));
    return vitals;
}

}  // namespace dim::bladecenter
