#include "imageserver/boot_file/kernel_wishes.hpp"
#include "libdim/api/message_samples.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(KernelWishes, AreSortedAndOnce) {
    api::BuildBootFile request{api::samples::image(), {}, {}};
    EXPECT_EQ(parse_wishes(request).value(), KernelWishes());
    request.drivers = {"octeon-ep", "igb", "octeon_ep"};
    request.kernel = "6.1.0-*-cloud-amd64";
    const KernelWishes wishes = parse_wishes(request).value();
    EXPECT_EQ(wishes.drivers, (std::vector<std::string>{"igb", "octeon_ep"}));
    EXPECT_EQ(wishes.release, "6.1.0-*-cloud-amd64");
    EXPECT_EQ(with_drivers(wishes, {"bnx2", "igb"}).drivers,
              (std::vector<std::string>{"bnx2", "igb", "octeon_ep"}));
}

TEST(KernelWishes, AreRefusedWhenNothingCouldBeMeant) {
    api::BuildBootFile request{api::samples::image(), {}, {}};
    for (const char* driver : {"", "../igb", "igb.ko", "a b"}) {
        request.drivers = {driver};
        EXPECT_EQ(parse_wishes(request).error().code(), ErrorCode::invalid_input) << driver;
    }
    request.drivers = std::vector<std::string>();
    for (int number = 0; number < 65; ++number)
        request.drivers->push_back("m" + std::to_string(number));
    EXPECT_EQ(parse_wishes(request).error().code(), ErrorCode::limit_exceeded);
    request.drivers.reset();
    for (const std::string& kernel : {std::string(), std::string("a b"), std::string("../x"),
                                      std::string("a\n"), std::string(65, 'a')}) {
        request.kernel = kernel;
        EXPECT_EQ(parse_wishes(request).error().code(), ErrorCode::invalid_input) << kernel;
    }
}

}  // namespace
}  // namespace dim::server
