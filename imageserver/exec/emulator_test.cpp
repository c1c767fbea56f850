#include "imageserver/exec/emulator.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

class Emulators : public ::testing::Test {
protected:
    void put(const std::string& path, std::string_view text) const {
        ASSERT_TRUE(sys::ensure_directory(path.substr(0, path.rfind('/'))));
        ASSERT_TRUE(sys::write_file_atomically(path, text));
    }
    void install() const { put(places.programs + "/qemu-ppc64-static", ""); }
    void register_with(std::string_view state, std::string_view flags) const {
        put(places.formats + "/qemu-ppc64",
            std::string(state) + "\ninterpreter /usr/bin/qemu-ppc64-static\nflags: " +
                std::string(flags) + "\noffset 0\n");
    }
    dim::testing::TemporaryDirectory directory;
    const EmulatorPlaces places{.programs = directory / "bin", .formats = directory / "formats"};
};

TEST_F(Emulators, AreNotNeededForOurOwnArchitecture) {
#if defined(__x86_64__)
    EXPECT_EQ(emulator_for(model::Architecture::x86_64, places), "");
#else
    EXPECT_EQ(emulator_for(model::Architecture::aarch64, places), "");
#endif
}

TEST_F(Emulators, ThatAreMissingAreNamedWithTheCure) {
    const auto missing = emulator_for(model::Architecture::ppc64, places);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::conflict);
    EXPECT_THAT(missing.error().message(), ::testing::HasSubstr("ppc64"));
    EXPECT_THAT(missing.error().cure(), ::testing::HasSubstr("qemu-user-static"));
}

TEST_F(Emulators, AreStartedByTheKernelWhenItHasOpenedThem) {
    install();
    EXPECT_EQ(emulator_for(model::Architecture::ppc64, places),
              places.programs + "/qemu-ppc64-static");
    register_with("enabled", "POC");  // would be looked for in the blade's root
    EXPECT_NE(emulator_for(model::Architecture::ppc64, places), "");
    register_with("disabled", "F");
    EXPECT_NE(emulator_for(model::Architecture::ppc64, places), "");
    register_with("enabled", "POCF");
    EXPECT_EQ(emulator_for(model::Architecture::ppc64, places), "");
}

}  // namespace
}  // namespace dim::server
