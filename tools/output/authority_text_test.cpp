#include "libdim/api/message_samples.hpp"
#include "tools/output/authority_text.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(AuthorityText, TellsWhoIsLeftAndWhatIsNext) {
    api::AuthorityStatus status = api::samples::authority_status();
    EXPECT_THAT(authority_text(status), HasSubstr("next authority"));
    EXPECT_THAT(authority_text(status), HasSubstr("1 blade running"));
    EXPECT_THAT(authority_text(status), HasSubstr("\n  s01c1b01\n"));
    EXPECT_THAT(authority_text(status), HasSubstr("next: dim ca rotate, which builds"));
    status.images.clear();
    EXPECT_THAT(authority_text(status), HasSubstr("next: power-cycle"));
    status.blades.clear();
    EXPECT_THAT(authority_text(status), HasSubstr("next: dim ca rotate --finish"));
}

TEST(AuthorityText, AsksNothingWhenNothingIsReplaced) {
    const std::string text = authority_text(api::samples::bare_authority_status());
    EXPECT_THAT(text, HasSubstr("2026-11-20"));
    EXPECT_THAT(text, Not(HasSubstr("next")));
}

}  // namespace
}  // namespace dim::tool
