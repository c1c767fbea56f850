#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "linuxrc/compressed_file.hpp"

#include <gtest/gtest.h>

namespace dim::linuxrc {
namespace {

using dim::testing::value_of;

constexpr std::size_t kLimit = 1'000'000;

/// What the programs of distributions make of CONTENT.
class CompressedFileTest : public ::testing::TestWithParam<std::array<const char*, 2>> {
protected:
    std::string compressed(const std::string& content) const {
        const std::string file = directory_ / "module.ko";
        value_of(sys::write_file_atomically(file, content));
        const auto& [program, suffix] = GetParam();
        value_of(sys::run({program, "-q", "-f", file}, std::chrono::seconds(20)));
        return value_of(sys::read_file(file + suffix));
    }
    std::string path() const { return std::string("kernel/module.ko") + GetParam()[1]; }

private:
    dim::testing::TemporaryDirectory directory_;
};

TEST_P(CompressedFileTest, IsWhatItWasBefore) {
    const std::string content = std::string(700'000, 'a') + "end";
    EXPECT_EQ(value_of(decompress(path(), compressed(content), kLimit)), content);
    EXPECT_EQ(without_compression(path()), "kernel/module.ko");
}

TEST_P(CompressedFileTest, IsRefusedWhenItIsDamagedOrHuge) {
    const std::string good = compressed(std::string(700'000, 'a'));
    EXPECT_EQ(decompress(path(), good.substr(0, good.size() / 2), kLimit).error().code(),
              ErrorCode::invalid_input);
    EXPECT_EQ(decompress(path(), "no such thing", kLimit).error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(decompress(path(), "", kLimit).error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(decompress(path(), good, 600'000).error().code(), ErrorCode::limit_exceeded);
}

INSTANTIATE_TEST_SUITE_P(Of, CompressedFileTest,
                         ::testing::Values(std::array{"xz", ".xz"}, std::array{"gzip", ".gz"},
                                           std::array{"zstd", ".zst"}),
                         [](const auto& info) { return std::string(info.param[0]); });

TEST(CompressedFile, ThatIsNoneIsItself) {
    EXPECT_EQ(value_of(decompress("kernel/module.ko", "bytes", kLimit)), "bytes");
    EXPECT_EQ(without_compression("kernel/module.ko"), "kernel/module.ko");
}

}  // namespace
}  // namespace dim::linuxrc
