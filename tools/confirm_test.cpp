#include "tools/confirm.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

Context context_without_terminal() {
    return Context{.client = ApiClient("/nonexistent"), .is_terminal = false};
}

TEST(Confirm, ManyBladesAreNotTouchedWhenNobodyCanBeAsked) {
    const auto refused =
        confirm(context_without_terminal(), "assign image 'granite' to", kAskAbove + 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cause.message(), "would assign image 'granite' to 9 blades");
    EXPECT_EQ(refused.error().exit_code, ExitCode::not_confirmed);
}

TEST(Confirm, FewBladesAndYesNeedNoQuestion) {
    Context context = context_without_terminal();
    EXPECT_TRUE(confirm(context, "x", kAskAbove));
    context.assume_yes = true;
    EXPECT_TRUE(confirm(context, "x", 7000));
}

}  // namespace
}  // namespace dim::tool
