#include "libdim/bladecenter/bay.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::bladecenter {

Result<Bay> Bay::parse(std::string_view text) {
    auto number = parse_number<std::uint32_t>(text, 1, kLast);
    if (!number) return fail(std::move(number).error().with_context("bay"));
    return Bay(*number);
}

std::vector<Bay> Bay::all() {
    std::vector<Bay> bays;
    for (std::uint32_t number = 1; number <= kLast; ++number)
        bays.push_back(Bay(number));
    return bays;
}

std::string to_string(Bay bay) { return std::to_string(bay.number()); }

Result<std::vector<Bay>> parse_bays(std::string_view text) {
    const std::vector<Bay> all = Bay::all();
    std::vector<Bay> bays;
    for (const std::string_view piece : split(text, ',')) {
        const std::size_t dash = piece.find('-');
        DIM_TRY(const Bay first, Bay::parse(piece.substr(0, dash)));
        DIM_TRY(const Bay last, dash == std::string_view::npos
                                    ? Result<Bay>(first)
                                    : Bay::parse(piece.substr(dash + 1)));
        if (last < first)
            return fail(ErrorCode::invalid_input, "bays " + std::string(piece) + " run backwards");
        for (std::uint32_t number = first.number(); number <= last.number(); ++number) {
            const Bay bay = all[number - 1];
            if (std::ranges::find(bays, bay) != bays.end())
                return fail(ErrorCode::invalid_input, "bay " + to_string(bay) + " is named twice");
            bays.push_back(bay);
        }
    }
    return bays;
}

}  // namespace dim::bladecenter
