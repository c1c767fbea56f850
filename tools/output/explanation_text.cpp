#include "tools/output/explanation_text.hpp"

#include "libdim/api/codec.hpp"

#include <fmt/format.h>

namespace dim::tool {

std::string explanation_text(std::span<const cluster::Explanation> explanations) {
    std::string text;
    for (const cluster::Explanation& explanation : explanations) {
        text += fmt::format("{}: {}\n    {}\n", explanation.attribute, explanation.value,
                            explanation.origin);
        for (const std::string& overridden : explanation.overridden)
            text += fmt::format("    instead of {}\n", overridden);
    }
    return text;
}

std::string explanation_json(std::span<const cluster::Explanation> explanations) {
    api::Json list = api::Json::array();
    for (const cluster::Explanation& explanation : explanations) {
        list.push_back({{"attribute", explanation.attribute},
                        {"value", explanation.value},
                        {"origin", explanation.origin},
                        {"overridden", explanation.overridden}});
    }
    return api::dump_json({{"attributes", std::move(list)}});
}

}  // namespace dim::tool
