#include "initagent/kernel_modules.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kKernel = "6.1.0-9-amd64";

/// The files of a boot file and of a kernel, in which loading a module makes what it drives.
class KernelModulesTest : public ::testing::Test {
protected:
    KernelModulesTest() {
        write("proc/modules", "");
        std::filesystem::create_directories(std::filesystem::path(root_.path()) /
                                            "bus/pci/devices");
    }

    void write(const std::string& name, const std::string& text) {
        const std::filesystem::path path = std::filesystem::path(root_.path()) / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }
    void write_index(const std::string& name, const std::string& text) {
        write("modules/" + std::string(kKernel) + '/' + name, text);
    }
    Result<KernelModules> open() {
        const auto load = [this](const std::string& file) -> Result<void> {
            const std::string name = std::filesystem::path(file).filename();
            if (name == "bad.ko") return fail(Error::from_errno(ENOEXEC, file));
            if (name == "idle.ko") return fail(Error::from_errno(ENODEV, file));
            loaded_.push_back(name);
            if (name == "virtio_pci.ko")
                write("bus/virtio/devices/virtio0/modalias", "virtio:d1\n");
            return {};
        };
        return KernelModules::open(
            kKernel, load,
            {.modules = std::filesystem::path(root_.path()) / "modules",
             .named = std::filesystem::path(root_.path()) / "dim.conf",
             .buses = std::filesystem::path(root_.path()) / "bus",
             .kernel_modules = std::filesystem::path(root_.path()) / "proc/modules"});
    }
    void write_virtio() {
        write_index("modules.dep", "net/virtio_net.ko: lib/failover.ko\nlib/failover.ko:\n"
                                   "virtio_pci.ko:\nnfsv4.ko:\nbad.ko:\nidle.ko:\n");
        write_index("modules.alias", "alias virtio:d00000001v* other\nalias virtio:d1 virtio_net\n"
                                     "alias pci:v1AF4* virtio_pci\nalias pci:bad bad\n");
    }

    const testing::TemporaryDirectory root_;
    std::vector<std::string> loaded_;
};

TEST_F(KernelModulesTest, HasNothingToDoWithoutModules) {
    write("bus/pci/devices/0/modalias", "pci:v1AF4\n");
    auto modules = open();
    ASSERT_TRUE(modules);
    modules->load_named();
    modules->load_for_devices();
    EXPECT_THAT(loaded_, IsEmpty());
}

TEST_F(KernelModulesTest, HasNothingToDoForAKernelThatTakesNone) {
    write("modules/other/modules.dep", "");
    std::filesystem::remove(std::filesystem::path(root_.path()) / "proc/modules");
    EXPECT_TRUE(open());
}

TEST_F(KernelModulesTest, RefusesModulesOfAnotherKernel) {
    write("modules/6.1.0-8-amd64/modules.dep", "");
    const auto modules = open();
    ASSERT_FALSE(modules);
    EXPECT_EQ(to_string(modules.error()),
              "the kernel of the boot file is 6.1.0-9-amd64, its modules are for 6.1.0-8-amd64 "
              "(build it anew: dim buildzimage IMAGE)");
}

TEST_F(KernelModulesTest, SaysWhichIndexIsBad) {
    write_index("modules.dep", "../../x.ko:\n");
    EXPECT_THAT(open().error().message(), HasSubstr(kKernel));
}

TEST_F(KernelModulesTest, GoesOnWhenAModuleDoesNotLoad) {
    write_virtio();
    write("dim.conf", "bad\nnot-there\nidle\nnfsv4\n");
    write("bus/pci/devices/0/modalias", "pci:bad\n");
    auto modules = open();
    ASSERT_TRUE(modules);
    modules->load_named();
    modules->load_for_devices();
    EXPECT_THAT(loaded_, ElementsAre("nfsv4.ko"));
    EXPECT_THAT(modules->failures(),
                ElementsAre(AllOf(HasSubstr("/bad.ko: "), HasSubstr("Exec format"))));
}

TEST_F(KernelModulesTest, LoadsWhatDevicesAskForUntilNoneIsNew) {
    write_virtio();
    write("bus/pci/devices/0/modalias", "pci:v1AF4d1041\n");
    write("bus/pci/devices/1/modalias", "\n");
    auto modules = open();
    ASSERT_TRUE(modules);
    modules->load_for_devices();
    EXPECT_THAT(loaded_, ElementsAre("virtio_pci.ko", "failover.ko", "virtio_net.ko"));
    modules->load_for_devices();
    EXPECT_EQ(loaded_.size(), 3U) << "once";
    write("bus/pci/devices/2/modalias", "pci:v1AF4d1042\n");
    modules->load_for_devices();
    EXPECT_EQ(loaded_.size(), 3U) << "a driver that is there already";
    EXPECT_THAT(modules->failures(), IsEmpty());
}

}  // namespace
}  // namespace dim::agent
