#include "tools/mac_file.hpp"

#include "libdim/base/text.hpp"

#include <utility>

namespace dim::tool {

using model::ComponentName;
using model::MacAddress;

namespace {

Result<std::pair<ComponentName, std::vector<MacAddress>>>
parse_mac_line(std::string_view line, const cluster::Taxonomy& taxonomy) {
    const auto fields = split(line, ',');
    if (fields.size() < 2) return fail(ErrorCode::invalid_input, "it is not NAME,MAC");
    if (fields.size() > discover_limits::kMacs + 1)
        return fail(ErrorCode::limit_exceeded, "more MACs than a blade has");
    DIM_TRY(const auto position, taxonomy.find(trim(fields.front())));
    DIM_TRY(auto name, ComponentName::parse(taxonomy.name(position)));
    std::vector<MacAddress> macs;
    for (std::size_t i = 1; i < fields.size(); ++i) {
        if (trim(fields[i]).empty()) continue;
        DIM_TRY(const auto mac, MacAddress::parse(trim(fields[i])));
        macs.push_back(mac);
    }
    return std::pair(std::move(name), std::move(macs));
}

}  // namespace

Result<DiscoverAnswers> parse_mac_file(std::string_view text, const cluster::Taxonomy& taxonomy,
                                       const std::set<ComponentName>& asked) {
    DiscoverAnswers answers;
    std::size_t number = 0;
    for (const std::string_view raw : split(text, '\n')) {
        if (++number > discover_limits::kLines)
            return fail(ErrorCode::limit_exceeded,
                        "more than " + std::to_string(discover_limits::kLines) + " lines");
        const std::string_view line = trim(raw.substr(0, raw.find('#')));
        if (line.empty()) continue;
        auto parsed = parse_mac_line(line, taxonomy);
        if (!parsed) {
            if (answers.problems.size() < discover_limits::kProblems)
                answers.problems.push_back(
                    std::move(parsed).error().with_context("line " + std::to_string(number)));
            continue;
        }
        auto& [name, macs] = *parsed;
        if (!asked.contains(name)) continue;
        const auto [known, is_new] =
            answers.sightings.emplace(name, Sighting{.macs = std::move(macs)});
        if (!is_new) known->second.macs = fail(ErrorCode::invalid_input, "it is named twice");
    }
    return answers;
}

}  // namespace dim::tool
