#include "tools/generation_word.hpp"

#include "libdim/base/parse_number.hpp"

namespace dim::tool {

Outcome<model::Generation> parse_generation_word(std::string_view name, const std::string& text) {
    DIM_TRY(const auto number, from_word(name, parse_number<std::uint32_t>(text)));
    return from_word(name, model::Generation::from_number(number));
}

}  // namespace dim::tool
