#include "linuxrc/kernel_version.hpp"

#include <gtest/gtest.h>

namespace dim::linuxrc {
namespace {

std::string bz_image(std::string_view banner) {
    std::string file(0x400, 'x');
    file.replace(0x202, 4, "HdrS");
    file[0x20e] = 0x10;
    file[0x20f] = 0x01;
    return file.replace(0x310, banner.size(), banner);
}

TEST(KernelVersion, OfABzImageIsNamedByItsHeader) {
    using namespace std::literals;
    EXPECT_EQ(kernel_version(bz_image("6.1.0-50-amd64 (debian-kernel@lists.debian.org) #1 SMP "
                                      "PREEMPT_DYNAMIC Debian 6.1.162-1 (2026-02-08)\0"sv)),
              "#1 SMP PREEMPT_DYNAMIC Debian 6.1.162-1 (2026-02-08)");
    EXPECT_EQ(kernel_version(bz_image("6.1.0 without a number\0"sv)), "");
    EXPECT_EQ(kernel_version(bz_image("6.1.0 (x) #" + std::string(100, '1') + '\n')),
              "#" + std::string(63, '1'))
        << "uname(2) tells no more";
    std::string nowhere = bz_image("");
    nowhere[0x20f] = nowhere[0x20e] = '\xff';
    EXPECT_EQ(kernel_version(nowhere), "");
    EXPECT_EQ(kernel_version(nowhere.substr(0, 0x20f)), "");
}

TEST(KernelVersion, OfAnElfProgramIsInItsBanner) {
    using namespace std::literals;
    EXPECT_EQ(kernel_version("\177ELF Linux version %s (%s)\0"
                             "Linux version 6.1.0-50-powerpc64le (d@l.d.o) (gcc-12) #1 SMP Debian "
                             "6.1.162-1 (2026-02-08)\n\0rest"sv),
              "#1 SMP Debian 6.1.162-1 (2026-02-08)");
    EXPECT_EQ(kernel_version("\177ELF Linux version "), "");
    EXPECT_EQ(kernel_version(""), "");
}

}  // namespace
}  // namespace dim::linuxrc
