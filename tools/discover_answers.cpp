#include "tools/discover_answers.hpp"

#include "libdim/base/text.hpp"

#include <nlohmann/json.hpp>

namespace dim::tool {

using model::ComponentName;
using model::MacAddress;
using nlohmann::json;

namespace {

constexpr std::size_t kShown = 80;
constexpr std::uint32_t kLastBay = 1000;

Error wrong(const std::string& what) { return {ErrorCode::invalid_input, "the plug-in's " + what}; }

Result<json> parse_line(std::string_view line) {
    if (line.size() > discover_limits::kLineBytes)
        return fail(ErrorCode::limit_exceeded, "the plug-in's line is too long");
    json parsed = json::parse(line, nullptr, false);
    if (!parsed.is_object())
        return fail(wrong("line is no JSON object: '" + printable(line, kShown) + "'"));
    return parsed;
}

const json* find_member(const json& line, const char* name) {
    const auto found = line.find(name);
    return found == line.end() || found->is_null() ? nullptr : &*found;
}

Result<MacAddress> mac_of(const json& value) {
    const auto* text = value.get_ptr<const std::string*>();
    if (text == nullptr) return fail(wrong("mac is no text"));
    auto parsed = MacAddress::parse(*text);
    if (!parsed) return fail(wrong("mac: " + parsed.error().message()));
    return parsed;
}

Result<std::vector<MacAddress>> macs_of(const json& line) {
    if (const json* error = find_member(line, "error")) {
        const auto* text = error->get_ptr<const std::string*>();
        return fail(ErrorCode::unavailable, text == nullptr
                                                ? "the plug-in says that it failed"
                                                : printable(*text, discover_limits::kLineBytes));
    }
    const json* mac = find_member(line, "mac");
    if (mac == nullptr) return fail(wrong("line has neither mac nor error"));
    std::vector<MacAddress> macs;
    const auto add = [&macs](const json& value) -> Result<void> {
        DIM_TRY(const MacAddress parsed, mac_of(value));
        if (std::ranges::find(macs, parsed) == macs.end()) macs.push_back(parsed);
        return {};
    };
    if (!mac->is_array()) {
        DIM_CHECK(add(*mac));
        return macs;
    }
    if (mac->size() > discover_limits::kMacs)
        return fail(ErrorCode::limit_exceeded, "the plug-in tells more than " +
                                                   std::to_string(discover_limits::kMacs) +
                                                   " MACs of one blade");
    for (const json& each : *mac)
        DIM_CHECK(add(each));
    return macs;
}

Result<std::optional<api::MacPlace>> place_of(const json& line) {
    const json* module = find_member(line, "module");
    const json* bay = find_member(line, "bay");
    if (module == nullptr || bay == nullptr) return std::nullopt;
    const auto* text = module->get_ptr<const std::string*>();
    const auto* number = bay->get_ptr<const json::number_unsigned_t*>();
    if (text == nullptr || number == nullptr || *number == 0 || *number > kLastBay)
        return fail(wrong("module is no text, or its bay no number"));
    auto name = ComponentName::parse(*text);
    if (!name) return fail(wrong("module: " + name.error().message()));
    return api::MacPlace{*std::move(name), static_cast<std::uint32_t>(*number)};
}

Sighting sighting_of(const json& line) {
    auto place = place_of(line);
    if (!place) return {.macs = fail(std::move(place).error())};
    return {.macs = macs_of(line), .place = *std::move(place)};
}

/// Nothing when the line names none of ASKED.
Result<ComponentName> name_of(const json& line, const std::set<ComponentName>& asked) {
    const json* name = find_member(line, "name");
    const auto* text = name == nullptr ? nullptr : name->get_ptr<const std::string*>();
    if (text == nullptr) return fail(wrong("line has no name"));
    DIM_TRY(auto parsed, ComponentName::parse(*text));
    if (asked.contains(parsed)) return parsed;
    return fail(wrong("line is about " + to_string(parsed) + ", which it was not asked about"));
}

}  // namespace

Result<DiscoverAnswers> parse_discover_answers(std::string_view text,
                                               const std::set<ComponentName>& asked) {
    DiscoverAnswers answers;
    std::size_t count = 0;
    const auto note = [&](Error problem) {
        if (answers.problems.size() < discover_limits::kProblems)
            answers.problems.push_back(
                std::move(problem).with_context("line " + std::to_string(count)));
    };
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = trim(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (++count > discover_limits::kLines)
            return fail(ErrorCode::limit_exceeded, "the plug-in said more than " +
                                                       std::to_string(discover_limits::kLines) +
                                                       " lines");
        if (line.empty()) continue;
        const auto parsed = parse_line(line);
        if (!parsed) {
            note(parsed.error());
            continue;
        }
        const auto name = name_of(*parsed, asked);
        if (!name) {
            note(name.error());
            continue;
        }
        const auto [known, is_new] = answers.sightings.emplace(*name, sighting_of(*parsed));
        if (!is_new) known->second.macs = fail(wrong("lines tell of it twice"));
    }
    return answers;
}

}  // namespace dim::tool
