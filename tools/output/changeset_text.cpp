#include "tools/output/changeset_text.hpp"

#include "libdim/manifest/escaped_text.hpp"
#include "tools/output/words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

namespace dim::tool {

namespace {

using Json = nlohmann::ordered_json;

Json to_rows(std::span<const manifest::Difference> differences) {
    auto rows = Json::array();
    for (const manifest::Difference& difference : differences)
        rows.push_back({{"kind", to_string(difference.kind)},
                        {"path", difference.path.empty() ? "." : manifest::escape(difference.path)},
                        {"aspects", difference.aspects}});
    return rows;
}

}  // namespace

std::string_view word_of(changeset::Standing standing) {
    switch (standing) {
        case changeset::Standing::before: return "before";
        case changeset::Standing::after: return "after";
        case changeset::Standing::unfinished: return "unfinished";
        case changeset::Standing::other: return "other";
    }
    std::unreachable();
}

std::string amounts_text(const changeset::Outline& outline,
                         std::span<const changeset::Content> contents) {
    const std::size_t changes = differences_of(outline).size();
    const changeset::Amounts amounts = changeset::amounts_of(contents);
    return fmt::format(
        "{} change{}; contents: {} in full, {} as deltas, {} from the older tree; {} for {} of "
        "files\n",
        changes, changes == 1 ? "" : "s", amounts.whole, amounts.deltas, amounts.same,
        size_text(amounts.bytes), size_text(amounts.content_bytes));
}

std::string changeset_json(const changeset::Outline& outline,
                           std::span<const changeset::Content> contents) {
    const changeset::Amounts amounts = changeset::amounts_of(contents);
    const Json answer{{"from", outline.from},
                      {"to", outline.to},
                      {"contents",
                       {{"whole", amounts.whole},
                        {"deltas", amounts.deltas},
                        {"same", amounts.same},
                        {"content_bytes", amounts.content_bytes},
                        {"bytes", amounts.bytes}}},
                      {"differences", to_rows(differences_of(outline))}};
    return answer.dump() + '\n';
}

std::string differences_text(std::span<const manifest::Difference> differences) {
    std::string text;
    for (const manifest::Difference& difference : differences)
        text += to_string(difference) + '\n';
    return text;
}

std::string look_json(const changeset::Look& look) {
    const Json answer{{"standing", word_of(look.standing)},
                      {"differences", to_rows(look.differences)}};
    return answer.dump() + '\n';
}

}  // namespace dim::tool
