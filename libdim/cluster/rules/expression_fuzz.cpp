#include "libdim/cluster/rules/expression.hpp"
#include "libdim/testing/fuzz.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

namespace {
dim::testing::Goal has_value("an expression with names that has a value");
dim::testing::Goal has_none("one that has none, such as a division by zero");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"sum", "blade+10"},
            {"places", "(b-1)/128+1"},
            {"remainder", "-blade*3%7"},
            {"by-zero", "b/(b-3)"},
            {"overflow", "server+1"}};
}

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
    if (!expression->is_constant()) (value ? has_value : has_none).reach();
    const auto without = expression->evaluate({});
    if (expression->is_constant() ? without != value : without.has_value()) std::abort();
    return 0;
}
