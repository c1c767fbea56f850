#include "bladeexec/invocation.hpp"
#include "bladeexec/report.hpp"

#include <gtest/gtest.h>

namespace dim::bladeexec {
namespace {

TEST(Report, ComesBackAsItWas) {
    for (const Report& report :
         {Report(sys::ExitStatus{.code = 3, .signal = 0}),
          Report(sys::ExitStatus{.code = 0, .signal = 9}),
          Report(fail(Error(ErrorCode::not_found, "no program x").with_cure("name another"))),
          Report(fail(ErrorCode::io, "no cure"))})
        EXPECT_EQ(parse_report(to_text(report)), report);
}

TEST(Report, IsAnErrorWhenItIsNone) {
    for (const char* text :
         {"", "ended\n1\n", "ended\nx\n0\n", "failed\n1\n", "failed\n99\na\nb\n"})
        EXPECT_FALSE(parse_report(text)) << text;
}

TEST(Report, KeepsALineFeedInAMessageFromItsForm) {
    const Report back = parse_report(to_text(fail(ErrorCode::io, "two\nlines")));
    EXPECT_EQ(back.error().message(), "two lines");
}

TEST(Invocation, ComesBackAsItWas) {
    const Invocation full{.root = "/mounts/blades/s01c1b01/granite",
                          .shared = {{"usr", "/mounts/shared/granite/1/usr"}, {"opt", "/a=b"}},
                          .hostname = "s01c1b01",
                          .interpreter = "/usr/bin/qemu-ppc64-static",
                          .command = {"sh", "-c", "--", ""}};
    const Invocation bare{
        .root = "/r", .shared = {}, .hostname = "h", .interpreter = "", .command = {"--"}};
    for (const Invocation& invocation : {full, bare})
        EXPECT_EQ(parse_invocation(to_arguments(invocation)), invocation);
}

TEST(Invocation, NeedsACommand) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                      {"/r"},
                                                      {"/r", "h", ""},
                                                      {"/r", "h", "", "--"},
                                                      {"/r", "h", "", "usr", "--", "sh"}})
        EXPECT_FALSE(parse_invocation(arguments));
}

}  // namespace
}  // namespace dim::bladeexec
