#include "libdim/cluster/rules/expression.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

/// Whatever is accepted has a value or a reason why not; in parentheses it is the same expression,
/// and a constant needs no values.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using dim::cluster::Expression;
    static const std::array<std::string, 3> names{"server", "blade", "b"};
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto expression = Expression::parse(text, names);
    if (!expression) {
        if (expression.error().message().empty()) std::abort();
        return 0;
    }
    const auto enclosed = Expression::parse('(' + text + ')', names);
    if (enclosed && *enclosed != *expression) std::abort();
    const std::array<std::optional<std::int64_t>, 3> values{
        std::numeric_limits<std::int64_t>::max(), -7, 3};
    const auto value = expression->evaluate(values);
    if (!value && value.error().message().empty()) std::abort();
    const auto without = expression->evaluate({});
    if (expression->is_constant() ? without != value : without.has_value()) std::abort();
    return 0;
}
