#include "linuxrc/kernel_modules.hpp"
#include "linuxrc/module_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::linuxrc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kDep =
    "kernel/fs/nfs/nfsv4.ko: kernel/fs/nfs/nfs.ko kernel/net/sunrpc/sunrpc.ko\n"
    "kernel/fs/nfs/nfs.ko: kernel/net/sunrpc/sunrpc.ko\n"
    "kernel/net/sunrpc/sunrpc.ko:\n"
    "kernel/drivers/net/ethernet/realtek/r8169.ko:\n"
    "kernel/drivers/net/phy/realtek.ko: kernel/drivers/net/phy/lib-phy.ko\n"
    "kernel/drivers/net/phy/lib-phy.ko:\n";

std::set<std::string> closure(std::vector<std::string_view> wanted, std::string_view softdep = "") {
    return ModuleDependencies::parse(kDep, softdep).value().closure(wanted);
}

TEST(ModuleDependencies, TellWhatModulesNeed) {
    EXPECT_THAT(closure({"nfs"}),
                ElementsAre("kernel/fs/nfs/nfs.ko", "kernel/net/sunrpc/sunrpc.ko"));
    EXPECT_THAT(closure({"nfsv4", "nfs"}),
                ElementsAre("kernel/fs/nfs/nfs.ko", "kernel/fs/nfs/nfsv4.ko",
                            "kernel/net/sunrpc/sunrpc.ko"));
    EXPECT_THAT(closure({"e1000"}), IsEmpty()) << "built in, or not there";
}

TEST(ModuleDependencies, TakeHyphensForUnderscores) {
    EXPECT_THAT(closure({"lib_phy"}), ElementsAre("kernel/drivers/net/phy/lib-phy.ko"));
    EXPECT_THAT(closure({"lib-phy"}), ElementsAre("kernel/drivers/net/phy/lib-phy.ko"));
    EXPECT_TRUE(ModuleDependencies::parse(kDep, "").value().has("lib-phy"));
    EXPECT_FALSE(ModuleDependencies::parse(kDep, "").value().has("e1000"));
}

TEST(ModuleDependencies, FollowSoftOnes) {
    EXPECT_THAT(closure({"r8169"}), ElementsAre("kernel/drivers/net/ethernet/realtek/r8169.ko"));
    EXPECT_THAT(closure({"r8169"}, "# Soft dependencies\nsoftdep r8169 pre: realtek post: nothing\n"
                                   "softdep unknown pre: nfs\nsoftdep\n"),
                ElementsAre("kernel/drivers/net/ethernet/realtek/r8169.ko",
                            "kernel/drivers/net/phy/lib-phy.ko",
                            "kernel/drivers/net/phy/realtek.ko"));
}

TEST(ModuleDependencies, MayBeCircles) {
    const auto circle = ModuleDependencies::parse("a.ko: b.ko\nb.ko: a.ko\n", "").value();
    const std::vector<std::string_view> wanted{"a"};
    EXPECT_THAT(circle.closure(wanted), ElementsAre("a.ko", "b.ko"));
}

TEST(ModuleDependencies, AreInsideOnly) {
    for (const char* line : {"/etc/shadow.ko:", "../../etc/a.ko:", "kernel//a.ko:",
                             "kernel/./a.ko:", "kernel/a.txt:", "kernel/a.ko", ".ko:", ":"})
        EXPECT_EQ(ModuleDependencies::parse(std::string(line) + "\n", "").error().code(),
                  ErrorCode::invalid_input)
            << line;
    std::string many;
    for (int i = 0; i <= 100'000; ++i)
        many += "m" + std::to_string(i) + ".ko:\n";
    EXPECT_EQ(ModuleDependencies::parse(many, "").error().code(), ErrorCode::limit_exceeded);
}

TEST(ModuleDependencies, AreBounded) {
    std::string line = "kernel/a.ko:";
    for (int i = 0; i <= 1000; ++i)
        line += " a";
    EXPECT_EQ(ModuleDependencies::parse(line, "").error().code(), ErrorCode::invalid_input);
}

TEST(ModuleIndexes, AreThoseOfSomeModules) {
    const ModuleIndexes few = indexes_of(
        {.dependencies = std::string(kDep),
         .aliases = "# Aliases extracted from modules themselves.\nalias mdio:* lib_phy\n"
                    "alias pci:v000010ECd* r8169\nalias fs-nfs nfs\n",
         .soft_dependencies = "softdep lib-phy pre: crc32\nsoftdep nfs pre: lib_phy\n"},
        {"kernel/drivers/net/phy/lib-phy.ko", "kernel/drivers/net/ethernet/realtek/r8169.ko"});
    EXPECT_EQ(few.dependencies, "kernel/drivers/net/ethernet/realtek/r8169.ko:\n"
                                "kernel/drivers/net/phy/lib-phy.ko:\n");
    EXPECT_EQ(few.aliases, "alias mdio:* lib_phy\nalias pci:v000010ECd* r8169\n");
    EXPECT_EQ(few.soft_dependencies, "softdep lib-phy pre: crc32\n");
}

TEST(ModuleName, IsThatOfTheFile) {
    EXPECT_EQ(module_name("kernel/drivers/net/virtio-net.ko"), "virtio_net");
    EXPECT_EQ(module_name("e1000.ko.xz"), "e1000");
    EXPECT_EQ(module_name("modules.dep"), "");
    EXPECT_EQ(module_name("kernel/a.kopf"), "");
    EXPECT_EQ(module_name(""), "");
}

TEST(ModuleInfo, IsReadInEitherByteOrder) {
    const std::vector<std::string> facts{"firmware=tigon/tg3.bin", "vermagic=6.1.0 SMP "};
    for (const bool is_big : {false, true})
        EXPECT_EQ(module_info(testing::kernel_module(facts, is_big)).value(), facts);
}

/// Every section is .modinfo, and the whole file: it is read once.
TEST(ModuleInfo, IsReadOnce) {
    std::string module = testing::kernel_module({"license=GPL"});
    const std::size_t table = module.size() - std::size_t{3} * 64;
    const std::string section = module.substr(table + 64, 64);
    constexpr std::size_t kMore = 60'000;
    for (std::size_t i = 0; i < kMore; ++i)
        module += section;
    module[60] = static_cast<char>((kMore + 3) & 0xff);
    module[61] = static_cast<char>((kMore + 3) >> 8);
    EXPECT_EQ(module_info(module).value(), std::vector<std::string>{"license=GPL"});
}

TEST(ModuleInfo, RefusesWhatIsNoModule) {
    EXPECT_FALSE(module_info(""));
    const std::string good = testing::kernel_module({"license=GPL"});
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(module_info(std::string_view(good).substr(0, size))) << size;
    for (std::size_t place = 0; place < good.size(); ++place) {
        std::string bad = good;
        bad[place] = '\xff';
        (void)module_info(bad);  // whatever it says, it stays inside
    }
}

TEST(ModuleDependencies, KnowTheNearestName) {
    const auto modules =
        ModuleDependencies::parse("kernel/a/octeon-ep.ko.xz:\nkernel/b/igb.ko:\n", "").value();
    EXPECT_EQ(modules.nearest("octeon_epp"), "octeon_ep");
    EXPECT_EQ(modules.nearest("ocetoen-ep"), "octeon_ep");
    EXPECT_EQ(modules.nearest("ibg"), "igb");
    EXPECT_EQ(modules.nearest("nouveau"), std::nullopt);
}

}  // namespace
}  // namespace dim::linuxrc
