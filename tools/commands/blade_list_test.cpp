#include "libdim/api/image_messages.hpp"
#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

api::BladeImage image_of(const std::string& blade, bool is_pinned = false) {
    return {.blade = model::ComponentName::parse(blade).value(),
            .image = model::ImageName::parse("granite").value(),
            .generation = model::Generation::from_number(1).value(),
            .path = "/x",
            .size_bytes = 1 << 20,
            .used_bytes = 4096,
            .is_mounted = true,
            .is_exported = false,
            .cause = {},
            .is_pinned = is_pinned};
}

class BladeListCommand : public ::testing::Test {
protected:
    BladeListCommand() {
        daemon.prepare(
            "GET /v1/blade-images",
            to_json(api::BladeImageList{{image_of("s01c1b02", true), image_of("s01c1b01")}}));
    }
    FakeDaemon daemon;
};

TEST_F(BladeListCommand, ARangeThatIsNoneShowsNothing) {
    daemon.prepare("POST /v1/names", Error(ErrorCode::not_found, "there is no s09"));
    const CommandEnd end = run_command(daemon, {"blade", "list", "s09"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(end.output, "");
}

TEST_F(BladeListCommand, AllOrThoseOfTheBladesThatAreNamed) {
    const std::string all = run_command(daemon, {"blade", "list"}).output;
    EXPECT_THAT(all, HasSubstr("s01c1b01  granite  1           no      1 MiB  4 KiB"));
    EXPECT_THAT(all, HasSubstr("s01c1b02  granite  1           yes     1 MiB"));
    daemon.prepare("POST /v1/names", blade_names({"s01c1b03", "s01c1b01"}));
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"blade", "list", "s01"}, {"blade", "list", "s01", "--json"}}) {
        const std::string one = run_command(daemon, words).output;
        EXPECT_THAT(one, HasSubstr("s01c1b01"));
        EXPECT_THAT(one, Not(HasSubstr("s01c1b02")));
    }
}

}  // namespace
}  // namespace dim::tool
