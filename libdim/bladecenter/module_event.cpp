#include "libdim/bladecenter/module_event.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace dim::bladecenter {

namespace {

using snmp::ObjectId;

const ObjectId kEnterprise{1, 3, 6, 1, 4, 1, 2, 6, 158, 3};
const ObjectId kText = kEnterprise.below({1, 1, 8, 0});     // spTrapAppText
const ObjectId kSource = kEnterprise.below({1, 1, 15, 0});  // "Blade_3"
constexpr std::size_t kTextLimit = 200;
constexpr std::string_view kBlade = "blade_";

constexpr std::array<std::pair<std::int32_t, std::string_view>, 5> kEvents{{
    {23, "power off"},
    {24, "power on"},
    {25, "boot"},
    {20, "POST timeout"},
    {34, "inventory"},
}};

std::string_view octets_or_nothing(const snmp::Trap& trap, const ObjectId& object) {
    const auto found = std::ranges::find(trap.bindings, object, &snmp::Binding::object);
    const auto* const octets =
        found == trap.bindings.end() ? nullptr : std::get_if<std::string>(&found->value);
    return octets == nullptr ? std::string_view() : *octets;
}

std::optional<Bay> bay_of_source(std::string_view source) {
    const auto is_same = [](char read, char wanted) {
        return std::tolower(static_cast<unsigned char>(read)) == wanted;
    };
    if (source.size() <= kBlade.size() ||
        !std::ranges::equal(source.substr(0, kBlade.size()), kBlade, is_same))
        return std::nullopt;
    const auto bay = Bay::parse(source.substr(kBlade.size()));
    return bay ? std::optional(*bay) : std::nullopt;
}

}  // namespace

Result<ModuleEvent> read_event(const snmp::Trap& trap) {
    if (!trap.is_own || trap.enterprise != kEnterprise)
        return fail(ErrorCode::invalid_input,
                    "a trap that is no BladeCenter's: " + to_string(trap.enterprise) + ", " +
                        std::to_string(trap.number));
    const auto known =
        std::ranges::find(kEvents, trap.number, &decltype(kEvents)::value_type::first);
    std::string text = known == kEvents.end() ? "event " + std::to_string(trap.number)
                                              : std::string(known->second);
    const std::string words = printable(trim(octets_or_nothing(trap, kText)), kTextLimit);
    if (!words.empty()) text += ": " + words;
    return ModuleEvent{bay_of_source(trim(octets_or_nothing(trap, kSource))), std::move(text)};
}

}  // namespace dim::bladecenter
