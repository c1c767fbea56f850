#include "libdim/cluster/rules/expression.hpp"

#include <array>
#include <limits>

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

const std::vector<std::string> kVariables{"server", "blade", "number"};
using ThreeValues = std::array<std::optional<std::int64_t>, 3>;

Result<std::int64_t> value_of(std::string_view text, const ThreeValues& values = {2, 14, 28}) {
    DIM_TRY(const Expression expression, Expression::parse(text, kVariables));
    return expression.evaluate(values);
}

TEST(Expression, RefusesWhatIsNoArithmetic) {
    for (const char* text : {"",
                             " ",
                             "+",
                             "1+",
                             "+1",
                             "-1",
                             "1 2",
                             "(1",
                             "1)",
                             "()",
                             "1**2",
                             "blade blade",
                             "2blade",
                             "1.5",
                             "0x10",
                             "_a",
                             "blade;",
                             "{blade}",
                             "9223372036854775808",
                             "1\n+1"}) {
        EXPECT_FALSE(Expression::parse(text, kVariables)) << text;
    }
}

TEST(Expression, SaysWhereAndWhatThereIs) {
    const Error unknown = Expression::parse("blad+10", kVariables).error();
    EXPECT_EQ(to_string(unknown),
              "expression 'blad+10': there is no 'blad' (there are server, blade, number)");
    EXPECT_EQ(Expression::parse("server*", kVariables).error().message(),
              "expression 'server*': it ends where a number, a name or '(' is needed");
    EXPECT_EQ(Expression::parse("server)", kVariables).error().message(),
              "expression 'server)': ')' stands where an operator is needed");
}

TEST(Expression, IsBounded) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '(') + '1' + std::string(depth, ')');
    };
    EXPECT_EQ(value_of(nested(Expression::kDepthLimit)), 1);
    EXPECT_EQ(value_of(nested(Expression::kDepthLimit + 1)).error().code(),
              ErrorCode::limit_exceeded);
    std::string longest = "1";
    while (longest.size() + 2 <= Expression::kLengthLimit)
        longest += "+1";
    EXPECT_EQ(value_of(longest), (Expression::kLengthLimit + 1) / 2);
    EXPECT_EQ(value_of(longest + "+1").error().code(), ErrorCode::limit_exceeded);
}

TEST(Expression, RefusesValuesThatThereAreNot) {
    EXPECT_EQ(value_of("blade+1", {2, {}, 28}).error().message(), "'blade' means nothing here");
    EXPECT_EQ(value_of("server+blade", {2, {}, 28}).error().message(),
              "'blade' means nothing here");
    EXPECT_EQ(value_of("1/(server-2)").error().message(), "a number is divided by 0");
    EXPECT_EQ(value_of("1%(server-2)").error().message(), "a number is divided by 0");
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    for (const char* text : {"server+1", "server*2", "0-server-2", "(0-server-1)/(0-1)"}) {
        EXPECT_EQ(value_of(text, {most, {}, {}}).error().message(),
                  "a number needs more than 64 bits")
            << text;
    }
    EXPECT_EQ(value_of("(0-server-1)%(0-1)", {most, {}, {}}), 0);
}

TEST(Expression, Computes) {
    EXPECT_EQ(value_of("blade+10"), 24);
    EXPECT_EQ(value_of("1+2*3-4"), 3);
    EXPECT_EQ(value_of("10-3-2"), 5);
    EXPECT_EQ(value_of(" ( 1 + 2 ) * 3 "), 9);
    EXPECT_EQ(value_of("(number-1)/14+1"), 2);
    EXPECT_EQ(value_of("(number-1)%14+1"), 14);
    EXPECT_EQ(value_of("server*1000+blade"), 2014);
    EXPECT_EQ(value_of("100/10/5"), 2);
}

TEST(Expression, RoundsDown) {
    EXPECT_EQ(value_of("7/2"), 3);
    EXPECT_EQ(value_of("(0-7)/2"), -4);
    EXPECT_EQ(value_of("7/(0-2)"), -4);
    EXPECT_EQ(value_of("(0-7)/(0-2)"), 3);
    EXPECT_EQ(value_of("(0-7)%2"), 1);
    EXPECT_EQ(value_of("7%(0-2)"), -1);
    EXPECT_EQ(value_of("(0-6)%2"), 0);
}

TEST(Expression, KnowsWhetherItIsConstant) {
    EXPECT_TRUE(Expression::parse("1+2", kVariables)->is_constant());
    EXPECT_FALSE(Expression::parse("1+server", kVariables)->is_constant());
    EXPECT_EQ(*Expression::parse("1+server", kVariables),
              *Expression::parse("1 + server", kVariables));
    EXPECT_NE(*Expression::parse("1+server", kVariables),
              *Expression::parse("1+blade", kVariables));
}

}  // namespace
}  // namespace dim::cluster
