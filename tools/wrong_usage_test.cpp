#include "libdim/sys/atomic_write.hpp"
#include "libdim/testing/source_directory.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/running_program.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// The built `dim` with command lines that are wrong in themselves: exit code 2, whatever else is
/// missing (here: a daemon, which would be 3), and what is wrong and how it is right.
namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

Ran run_dim(Words words) {
    words.insert(words.begin(), DIM_PROGRAM);
    return run_program(std::move(words));
}

/// Without a daemon.
Ran ask_nobody(Words words) {
    words.insert(words.begin(), {"--socket", "/nonexistent/api.sock"});
    return run_dim(std::move(words));
}

struct Wrong {
    Words words;
    std::string cause;  ///< the first line begins with it
    std::string cure;   ///< in the lines below
};

void expect_wrong(const std::vector<Wrong>& cases) {
    for (const auto& [words, cause, cure] : cases) {
        const Ran ran = ask_nobody(words);
        const std::string line = ::testing::PrintToString(words) + "\n" + ran.output;
        EXPECT_EQ(ran.code, 2) << line;
        EXPECT_THAT(ran.output, StartsWith("dim: " + cause)) << line;
        const std::size_t second = ran.output.find('\n') + 1;
        EXPECT_THAT(ran.output.substr(second), StartsWith("     ")) << line;
        EXPECT_THAT(ran.output.substr(second), HasSubstr(cure)) << line;
    }
}

TEST(WrongUsage, UnknownWordsAreNamedWithTheNearest) {
    expect_wrong({
        {{"imge"}, "there is no command 'imge'", "did you mean 'dim image'?"},
        {{"imge", "list"}, "there is no command 'imge'", "did you mean 'dim image'?"},
        {{"image", "lst"}, "'dim image' has no verb 'lst'", "did you mean 'dim image list'?"},
        {{"dhcp", "asign", "s01c1b01", "granite"},
         "'dim dhcp' has no verb 'asign'",
         "did you mean 'dim dhcp assign'?"},
        {{"asign", "s01c1b01", "granite"}, "there is no command 'asign'", "'dim dhcp assign'"},
        {{"show", "nfs"}, "there is no command 'show'", "did you mean 'dim nfs show'?"},
        {{"dim_image", "list"}, "there is no command 'dim_image'", "did you mean 'dim image'?"},
        {{"help", "imge"}, "there is no command 'imge'", "did you mean 'dim image'?"},
        {{"image", "create", "granite", "s01c1b01"},
         "'dim image' has no verb 'create'",
         "'dim blade create'"},
        {{"frobnicate"}, "there is no command 'frobnicate'", "'dim help' lists the commands"},
    });
}

TEST(WrongUsage, WhatIsMissingIsListed) {
    expect_wrong({
        {{}, "a command is missing; there are", "     dim status "},
        {{"image"},
         "what 'dim image' shall do is missing; there are",
         "     dim image import       make an image from a distribution"},
        {{"blade", "rm"}, "'dim blade' has no verb 'rm'", "\n     dim blade delete  "},
        {{"image", "show"},
         "'dim image show': IMAGE is required",
         "Usage: dim image show [OPTIONS] IMAGE\n     'dim help image show' tells"},
        {{"blade", "create"}, "no image is named", "after the blades"},
        {{"image", "import", "granite", "/srv/granite"},
         "'dim image import': --arch is required",
         "Usage: "},
        {{"blade", "create", "granite"}, "no blade is named", "say all"},
        {{"dhcp", "assign", "s01"}, "no blade is named", "'s01', the last word, is the image"},
        {{"dhcp", "assign"}, "no image is named", "after the blades"},
        {{"status", "--socket"}, "'dim status': --socket", "Usage: dim status"},
    });
}

TEST(WrongUsage, UnknownOptionsAreNamedWithTheNearest) {
    expect_wrong({
        {{"--jsno", "status"}, "'dim' has no option '--jsno'", "did you mean '--json'?"},
        {{"status", "--shrt"}, "'dim status' has no option '--shrt'", "did you mean '--short'?"},
        {{"nfs", "export", "--all", "granite"},
         "'dim nfs export' has no option '--all'",
         "say all where the blades are named"},
        {{"status", "-watch"}, "'dim status' has no option '-watch'", "did you mean '--watch'?"},
        {{"dns", "render", "--zome=forward"},
         "'dim dns render' has no option '--zome'",
         "did you mean '--zone'?"},
        {{"nfs", "show", "--frobnicate"},
         "'dim nfs show' has no option '--frobnicate'",
         "'dim help nfs show' lists those it has"},
        {{"status", "s01", "-s01c1b03"},
         "'dim status' has no option '-s01c1b03'",
         "put -- before -s01c1b03"},
        {{"nfs", "show", "s01"}, "'dim nfs show' takes no 's01'", "Usage: dim nfs show [OPTIONS]"},
    });
}

TEST(WrongUsage, WordsThatAreWrongInAnyClusterAreRefusedUnasked) {
    expect_wrong({
        {{"dhcp", "assign", "s01c[1-", "granite"}, "", ""},
        {{"dhcp", "assign", "s01,,s02", "granite"}, "a name is missing at ','", "s01,s02"},
        {{"dhcp", "assign", "s01c1b01", "Granite!"}, "", ""},
        {{"dhcp", "show", "s01@"}, "a name is missing beside '@'", "gpu@s01"},
        {{"status", "--", "-s01"}, "'-s01' takes away, but nothing stands before it", "all,-s01"},
        {{"blade", "show", "s01c[1-"}, "", ""},
        {{"blade", "create", "s01", "Granite!"}, "", "'dim help blade create'"},
        {{"image", "import", "x", "/x", "--arch", "sparc"}, "--arch: ", ""},
        {{"image", "import", "x", "/x", "--arch", "ppc64", "--size", "1X"}, "--size: ", ""},
        {{"image", "import", "x", "/x", "--arch", "ppc64", "--init", "init"},
         "the init is not an absolute path",
         "/sbin/init"},
        {{"image", "import", "x", "/x", "--arch", "ppc64", "--shared", "etc"},
         "etc cannot be shared",
         "usr, opt"},
        {{"image", "adopt", "x", "--arch", "ppc64", "--init", "init"}, "--init: ", "/sbin/init"},
        {{"buildzimage", "Granite!"}, "", ""},
        {{"buildzimage", "granite", "--ramdisk", "initrc"},
         "--ramdisk: there is no kind 'initrc'",
         "initramfs and initrd"},
        {{"buildzimage", "granite", "--driver", "igb.ko"}, "'igb.ko' is not the name of", "lsmod"},
        {{"cluster", "names", "s01", "--role", "switch"}, "--role: ", ""},
        {{"cluster", "explain", "s01c[1-2]"}, "", ""},
        {{"cluster", "show", "--revision", "three"}, "--revision: 'three' is not a number", ""},
        {{"cluster", "rollback", "-1"}, "'dim cluster rollback' has no option '-1'", ""},
        {{"cluster", "rollback", "three"}, "REVISION: 'three' is not a number", ""},
        {{"dhcp", "render", "--backend", "dnsmasq"}, "--backend: ", ""},
        {{"dhcp", "render", "--server", "s01,,s02"}, "--server: a name is missing", ""},
        {{"dns", "render", "--zone", "forward", "--serial", "4294967296"},
         "--serial: '4294967296' is not a number from 0 to 4294967295",
         ""},
    });
}

TEST(WrongUsage, WhatDependsOnTheClusterIsNoWrongUsage) {
    for (const Words& words : std::vector<Words>{{"cluster", "names", "s44"},
                                                 {"cluster", "names", "s01@s02"},
                                                 {"cluster", "explain", "s99"},
                                                 {"dhcp", "render", "--server", "s44"},
                                                 {"dns", "render", "--zone", "nowhere"}}) {
        const Ran ran = run_dim_on("marenostrum.xml", words);
        EXPECT_EQ(ran.code, 1) << ran.output;
    }
}

TEST(WrongUsage, AValueTakesOneWord) {
    EXPECT_EQ(ask_nobody({"buildzimage", "--option", "quiet", "granite"}).code, 3);
    EXPECT_EQ(
        ask_nobody({"image", "import", "--shared", "usr,opt", "x", "/x", "--arch", "ppc64"}).code,
        3);
}

TEST(Help, IsToldForAllANounAndACommand) {
    const Ran all = run_dim({"help"});
    EXPECT_EQ(all.code, 0);
    EXPECT_THAT(all.output, HasSubstr("\ndim blade show "));
    EXPECT_THAT(all.output, HasSubstr("--socket"));
    EXPECT_EQ(run_dim({"--help"}).output, all.output);
    const Ran noun = run_dim({"help", "image"});
    EXPECT_EQ(noun.code, 0);
    EXPECT_THAT(noun.output, HasSubstr("\ndim image import "));
    EXPECT_THAT(noun.output, Not(HasSubstr("dim nfs")));
    EXPECT_EQ(run_dim({"image", "--help"}).output, noun.output);
    const Ran one = run_dim({"help", "image", "list"});
    EXPECT_EQ(one.code, 0);
    EXPECT_THAT(one.output, HasSubstr("Usage: dim image list [OPTIONS]"));
    EXPECT_THAT(one.output, HasSubstr("--json"));
    EXPECT_EQ(run_dim({"image", "list", "--help"}).output, one.output);
    EXPECT_EQ(run_dim({"--version"}).code, 0);
}

TEST(IgnoredOptions, AreRefused) {
    const std::string example = testing::source_directory() + "/docs/examples/mini.xml";
    for (const auto& [words, cause] : std::vector<std::pair<Words, std::string>>{
             {{"cluster", "names", "all", "--fold", "--json"}, "--fold and --json"},
             {{"cluster", "names", "all", "--linear", "--json"}, "--linear and --json"},
             {{"cluster", "names", "all", "--addresses", "--json"}, "--addresses and --json"},
             {{"dhcp", "render", "--json"}, "what 'dim dhcp render' prints is for another"},
             {{"dns", "render", "--zone", "forward", "--json"}, "what 'dim dns render' prints"},
             {{"dns", "render", "--zone", "hosts", "--serial", "1"}, "/etc/hosts has no serial"},
             {{"dns", "render", "--zone", "hosts", "--server", "s01"}, "/etc/hosts has no"},
             {{"cluster", "check", "--yes"}, "'dim cluster check' changes nothing, so it never"},
             {{"cluster", "check", "--socket", "/x"}, "with --cluster no daemon is asked"},
             {{"cluster", "check", example}, "FILE and --cluster"},
             {{"cluster", "diff", example, example}, "OLD and --cluster"},
             {{"status"}, "'dim status' reads no cluster definition"},
         }) {
        Words all{"--cluster", example};
        all.insert(all.end(), words.begin(), words.end());
        const Ran ran = run_dim(all);
        EXPECT_EQ(ran.code, 2) << ran.output;
        EXPECT_THAT(ran.output, StartsWith("dim: " + cause)) << ::testing::PrintToString(words);
        EXPECT_THAT(ran.output, HasSubstr("\n     leave "));
    }
    expect_wrong({
        {{"cluster", "check", example}, "with FILE no daemon is asked", "leave one of the two"},
        {{"cluster", "diff", example, example}, "with two files no daemon is asked", "leave one"},
        {{"status", "--short", "--json"}, "--short and --json", "leave one of the two out"},
        {{"cluster", "show", "--xml", "--json"}, "--xml and --json", "leave "},
        {{"status", "--yes"}, "'dim status' changes nothing, so it never asks", "leave --yes out"},
    });
}

TEST(ClusterFiles, AreCheckedAndComparedByName) {
    const std::string examples = testing::source_directory() + "/docs/examples/";
    EXPECT_EQ(run_dim({"cluster", "check", "/nonexistent.xml"}).code, 1);
    const Ran checked = run_dim({"cluster", "check", examples + "mini.xml"});
    EXPECT_EQ(checked.code, 0) << checked.output;
    EXPECT_EQ(checked.output, run_dim_on("mini.xml", {"cluster", "check"}).output);
    const Ran same = run_dim({"cluster", "diff", examples + "mini.xml", examples + "mini.xml"});
    EXPECT_EQ(same.code, 0) << same.output;
    EXPECT_EQ(same.output, "no difference\n");
}

}  // namespace
}  // namespace dim::tool
