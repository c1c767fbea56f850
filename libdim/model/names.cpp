#include "libdim/model/names.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::model {

namespace {

constexpr std::size_t kLongestLabel = 63;

template <class Tag>
constexpr std::string_view kKind = "component name";
template <>
constexpr std::string_view kKind<ImageTag> = "image name";

bool is_label(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !text.empty() && text.size() <= kLongestLabel && text.front() != '-' &&
           text.back() != '-' && std::ranges::all_of(text, fits);
}

}  // namespace

template <class Tag>
Result<Label<Tag>> Label<Tag>::parse(std::string_view text) {
    if (!is_label(text)) {
        return fail(ErrorCode::invalid_input, "'" + printable(text, 80) + "' is not a valid " +
                                                  std::string(kKind<Tag>) +
                                                  ": 1 to 63 of a-z, 0-9 and inner '-'");
    }
    return Label(std::string(text));
}

template class Label<ComponentTag>;
template class Label<ImageTag>;

Result<Generation> Generation::from_number(std::uint32_t number) {
    if (number == 0) return fail(ErrorCode::invalid_input, "generations are numbered from 1");
    return Generation(number);
}

std::string to_string(Generation generation) { return std::to_string(generation.number()); }

}  // namespace dim::model
