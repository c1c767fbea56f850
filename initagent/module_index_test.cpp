#include "initagent/module_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// As depmod writes them for Debian's kernel.
const ModuleIndexTexts kTexts{
    .dependencies = "kernel/drivers/net/ethernet/intel/e1000e/e1000e.ko: kernel/drivers/ptp/ptp.ko "
                    "kernel/drivers/pps/pps_core.ko\n"
                    "kernel/drivers/ptp/ptp.ko: kernel/drivers/pps/pps_core.ko\n"
                    "kernel/drivers/pps/pps_core.ko:\n"
                    "kernel/net/sched/act-mpls.ko.xz:\n"
                    "kernel/lib/libcrc32c.ko:\n"
                    "kernel/crypto/crc32c_generic.ko:\n"
                    "kernel/drivers/net/bnx2x.ko: kernel/lib/libcrc32c.ko\n"
                    "kernel/net/mpls_gso.ko:\n",
    .aliases = "# Aliases extracted from modules themselves.\n"
               "alias pci:v00008086d000010D3sv*sd*bc*sc*i* e1000e\n"
               "alias pci:v00008086d*sv*sd*bc02sc*i* bnx2x\n"
               "alias crc32c crc32c_generic\n"
               "alias crc32c left-out\n",
    .soft_dependencies = "# Soft dependencies extracted from modules themselves.\n"
                         "softdep libcrc32c pre: crc32c\n"
                         "softdep act_mpls post: mpls_gso\n"
                         "softdep cifs gcm\n",
    .builtin = "kernel/fs/efivarfs.ko\n",
};

ModuleIndex index() { return ModuleIndex::parse(kTexts).value(); }

TEST(ModuleIndex, RefusesFilesElsewhere) {
    for (const char* line : {"../x.ko:", "/lib/x.ko:", "kernel/../../x.ko:", "a//x.ko:"})
        EXPECT_EQ(ModuleIndex::parse({line, "", "", ""}).error().code(), ErrorCode::invalid_input)
            << line;
}

TEST(ModuleIndex, RefusesWhatIsTooLong) {
    EXPECT_EQ(
        ModuleIndex::parse({"", std::string(kModuleIndexLimit + 1, 'x'), "", ""}).error().code(),
        ErrorCode::limit_exceeded);
}

TEST(ModuleIndex, IgnoresLinesThatAreNone) {
    const auto parsed = ModuleIndex::parse(
        {"nothing\n.ko:\nREADME: x\n\na.ko: b\n", "alias a\nalias\n", "softdep a\nsoftdep\n", "x"});
    ASSERT_TRUE(parsed);
    EXPECT_THAT(parsed->find("nothing"), IsEmpty());
    EXPECT_THAT(parsed->find(""), IsEmpty());
    EXPECT_THAT(parsed->load_order("a"), ElementsAre("a.ko"));
}

TEST(ModuleIndex, FindsNoModuleForWhatIsUnknownOrInTheKernel) {
    EXPECT_THAT(index().find("nfsv4"), IsEmpty());
    EXPECT_THAT(index().find("efivarfs"), IsEmpty());
    EXPECT_THAT(index().find("pci:v00008086d000010D4sv0sd0bc01sc00i00"), IsEmpty());
    EXPECT_THAT(index().load_order("nfsv4"), IsEmpty());
}

TEST(ModuleIndex, FindsModulesByNameAndByAlias) {
    EXPECT_THAT(index().find("act_mpls"), ElementsAre("act_mpls"));
    EXPECT_THAT(index().find("act-mpls"), ElementsAre("act_mpls"));
    EXPECT_THAT(index().find("pci:v00008086d000010D3sv00001AF4sd00001100bc02sc00i00"),
                ElementsAre("e1000e", "bnx2x"));
    EXPECT_THAT(index().find("crc32c"), ElementsAre("crc32c_generic"));
}

TEST(ModuleIndex, LoadsWhatAModuleNeedsBeforeIt) {
    EXPECT_THAT(index().load_order("e1000e"),
                ElementsAre("kernel/drivers/pps/pps_core.ko", "kernel/drivers/ptp/ptp.ko",
                            "kernel/drivers/net/ethernet/intel/e1000e/e1000e.ko"));
}

TEST(ModuleIndex, LoadsWhatAModuleAsksForSoftly) {
    EXPECT_THAT(index().load_order("bnx2x"),
                ElementsAre("kernel/crypto/crc32c_generic.ko", "kernel/lib/libcrc32c.ko",
                            "kernel/drivers/net/bnx2x.ko"));
    EXPECT_THAT(index().load_order("act_mpls"),
                ElementsAre("kernel/net/sched/act-mpls.ko.xz", "kernel/net/mpls_gso.ko"));
}

TEST(ModuleIndex, EndsWhenModulesNeedEachOther) {
    const auto circle = ModuleIndex::parse({"a.ko: b.ko\nb.ko: a.ko\n", "", "", ""});
    EXPECT_THAT(circle->load_order("a"), ElementsAre("b.ko", "a.ko"));
    std::string chain;
    for (int i = 0; i < 1000; ++i)
        chain += std::to_string(i) + ".ko: " + std::to_string(i + 1) + ".ko\n";
    EXPECT_EQ(ModuleIndex::parse({chain, "", "", ""})->load_order("0").size(), 64U);
}

TEST(MatchesAlias, StandsForWhatThePatternSays) {
    struct Case {
        const char* pattern;
        const char* text;
        bool is_match;
    };
    for (const auto& [pattern, text, is_match] :
         {Case{"", "", true}, Case{"", "a", false}, Case{"a", "", false}, Case{"*", "", true},
          Case{"a*c", "abbc", true}, Case{"a*c", "abcb", false}, Case{"*a*b*", "xxaxxbxx", true},
          Case{"?", "", false}, Case{"a?c", "abc", true}, Case{"a?c", "ac", false},
          Case{"v[0-9]", "v5", true}, Case{"v[0-9]", "va", false}, Case{"v[0-9ab-]", "v-", true},
          Case{"v[0-9", "v5", false}, Case{"v[]]", "v]", true}, Case{"*d[1-3]x", "d1d3x", true},
          Case{"abc", "abcd", false}, Case{"a.c", "abc", false}, Case{"[", "[", false}})
        EXPECT_EQ(matches_alias(pattern, text), is_match) << pattern << ' ' << text;
}

TEST(ModuleList, SkipsComments) {
    EXPECT_THAT(parse_module_list("# of the boot file\n; too\n\n nfsv4 \nefivarfs\r\naf_packet"),
                ElementsAre("nfsv4", "efivarfs", "af_packet"));
}

}  // namespace
}  // namespace dim::agent
