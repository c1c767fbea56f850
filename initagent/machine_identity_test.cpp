#include "initagent/machine_identity.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::agent {
namespace {

class MachineIdentityTest : public ::testing::Test {
protected:
    void write(const std::string& name, std::string_view bytes) {
        ASSERT_TRUE(sys::write_file_atomically(tree_ / name, bytes));
    }
    MachineIdentity identify() { return *identify_machine(tree_.path(), dmi_.path()); }

    testing::TemporaryDirectory tree_;
    testing::TemporaryDirectory dmi_;
};

TEST_F(MachineIdentityTest, KnowsOnlyWhatFirmwareSays) {
    const MachineIdentity machine = identify();
    EXPECT_EQ(machine.machine, "unknown");
    EXPECT_FALSE(machine.serial);
    EXPECT_FALSE(machine.uuid);
    EXPECT_GT(machine.memory_bytes, 0U);
    EXPECT_GT(machine.cpus, 0U);
    EXPECT_FALSE(machine.kernel.empty());
}

TEST_F(MachineIdentityTest, ZerosAreNoIdentity) {
    write("vm,uuid", "00000000-0000-0000-0000-000000000000");
    write("system-id", std::string_view("\0", 1));
    EXPECT_FALSE(identify().uuid);
    EXPECT_FALSE(identify().serial);
}

TEST_F(MachineIdentityTest, ReadsTheDeviceTreeAndEscapesIt) {
    using std::string_view_literals::operator""sv;
    write("model", "IBM,8844-AC1\0rest"sv);
    write("system-id", "IBM,02\x1b[31m\0"sv);
    write("vm,uuid", "6b2a0d1e-0000-4000-8000-000000000001\0"sv);
    const MachineIdentity machine = identify();
    EXPECT_EQ(machine.machine, "IBM,8844-AC1");
    EXPECT_EQ(machine.serial, "IBM,02?[31m");
    EXPECT_EQ(machine.uuid, "6b2a0d1e-0000-4000-8000-000000000001");
}

}  // namespace
}  // namespace dim::agent
