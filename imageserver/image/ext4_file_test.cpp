#include "imageserver/image/image_file.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;

constexpr Ext4Size kSize{.bytes = std::uint64_t{32} << 20, .inodes = 4096};

class Ext4File : public ::testing::Test {
protected:
    std::string header() const {
        const sys::Fd fd = sys::open(file_, O_RDONLY).value();
        std::string bytes(4096, '\0');
        EXPECT_EQ(sys::read(fd, bytes).value(), bytes.size());
        return bytes;
    }
    std::string field(const std::string& name) const {
        const auto result =
            sys::run({"dumpe2fs", "-h", file_}, std::chrono::seconds(10)).value().output;
        const std::size_t begin = result.find(name);
        return begin == result.npos ? "" : result.substr(begin, result.find('\n', begin) - begin);
    }

    const testing::TemporaryDirectory directory_;
    const std::string file_ = directory_ / "image";
};

TEST_F(Ext4File, SuperblocksThatAreNoneAreDamage) {
    for (const std::string& bytes :
         {std::string(), std::string(1080, 'x'), std::string(4096, '\0')}) {
        const auto checked = check_ext4_superblock(bytes, "/srv/image");
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().code(), ErrorCode::conflict);
        EXPECT_THAT(checked.error().message(), HasSubstr("/srv/image"));
    }
}

TEST_F(Ext4File, KnowsWhatTheKernelFound) {
    ASSERT_TRUE(make_ext4(file_, kSize));
    std::string bytes = header();
    EXPECT_TRUE(check_ext4_superblock(bytes, file_));
    bytes[1024 + 0x3a] = static_cast<char>(bytes[1024 + 0x3a] | 2);
    const auto checked = check_ext4_superblock(bytes, file_);
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().cure(), HasSubstr("e2fsck"));
}

TEST_F(Ext4File, KnowsWhetherItIsWhole) {
    ASSERT_TRUE(make_ext4(file_, kSize));
    EXPECT_EQ(ext4_bytes(header()), kSize.bytes);
    EXPECT_EQ(check_whole_file(file_), kSize.bytes);
    {
        const sys::Fd fd = sys::open(file_, O_RDWR).value();
        ASSERT_TRUE(sys::ftruncate(fd, kSize.bytes - 1));
    }
    const auto cut_off = check_whole_file(file_);
    ASSERT_FALSE(cut_off);
    EXPECT_EQ(cut_off.error().code(), ErrorCode::conflict);
    EXPECT_THAT(cut_off.error().message(), HasSubstr("ends before"));
    EXPECT_EQ(check_whole_file(directory_ / "missing").error().code(), ErrorCode::not_found);
    EXPECT_EQ(check_whole_file(directory_.path()).error().code(), ErrorCode::invalid_input);
    ASSERT_TRUE(sys::symlink(file_, directory_ / "link"));
    EXPECT_FALSE(check_whole_file(directory_ / "link"));
    // A superblock may claim anything.
    std::string absurd = header();
    for (const std::size_t offset : {0x4U, 0x5U, 0x6U, 0x7U, 0x150U, 0x151U, 0x152U, 0x153U})
        absurd[1024 + offset] = '\xff';
    EXPECT_EQ(ext4_bytes(absurd), UINT64_MAX);
}

TEST_F(Ext4File, IsNotMadeOverAnother) {
    ASSERT_TRUE(make_ext4(file_, kSize));
    EXPECT_EQ(make_ext4(file_, kSize).error().code(), ErrorCode::already_exists);
    EXPECT_FALSE(finish_ext4(directory_ / "missing"));
    EXPECT_FALSE(set_random_ext4_uuid(directory_ / "missing"));
}

TEST_F(Ext4File, IsSparseAndCheapToClone) {
    ASSERT_TRUE(make_ext4(file_, kSize));
    ASSERT_TRUE(finish_ext4(file_));
    EXPECT_EQ(sys::stat(file_)->size, kSize.bytes);
    EXPECT_LT(sys::stat(file_)->allocated, 512U * 1024);
    const std::string features = field("Filesystem features:");
    for (const char* feature : {"has_journal", "metadata_csum_seed", "extent"})
        EXPECT_THAT(features, HasSubstr(feature));
    EXPECT_THAT(field("Reserved block count:"), HasSubstr(" 0"));
}

TEST_F(Ext4File, GetsAUuidOfItsOwn) {
    // Eight groups, of which 0, 1, 3, 5 and 7 have a superblock.
    ASSERT_TRUE(make_ext4(file_, {.bytes = std::uint64_t{1} << 30, .inodes = 4096}));
    const std::string before = field("Filesystem UUID:");
    ASSERT_TRUE(set_random_ext4_uuid(file_));
    const std::string after = field("Filesystem UUID:");
    EXPECT_NE(after, before);
    for (const char* copy : {"32768", "98304", "163840", "229376"}) {
        const std::string told =
            sys::run({"dumpe2fs", "-h", "-o", std::string("superblock=") + copy, "-o",
                      "blocksize=4096", file_},
                     std::chrono::seconds(10))
                .value()
                .output;
        EXPECT_THAT(told, HasSubstr(after)) << copy;
    }
    EXPECT_TRUE(finish_ext4(file_)) << "e2fsck finds nothing";
}

TEST_F(Ext4File, GetsNoUuidWhenItIsNotOfOurMaking) {
    ASSERT_TRUE(make_ext4(file_, kSize));
    sys::run({"tune2fs", "-O", "^metadata_csum", file_}, std::chrono::seconds(10)).value();
    EXPECT_EQ(set_random_ext4_uuid(file_).error().code(), ErrorCode::conflict);
    const sys::Fd fd = sys::open(file_, O_RDWR).value();
    ASSERT_TRUE(sys::write_at(fd, "damaged", 1024 + 0x78));
    EXPECT_EQ(set_random_ext4_uuid(file_).error().code(), ErrorCode::conflict);
}

TEST_F(Ext4File, GetsAnotherSize) {
    ASSERT_TRUE(make_ext4(file_, kSize));
    ASSERT_TRUE(finish_ext4(file_));
    for (const std::uint64_t bytes : {2 * kSize.bytes, kSize.bytes / 2}) {
        ASSERT_TRUE(resize_ext4_file(file_, bytes, "the original"));
        EXPECT_EQ(identify(file_)->bytes, bytes);
        EXPECT_EQ(sys::stat(file_)->size, bytes);
    }
    const auto too_small = resize_ext4_file(file_, std::uint64_t{1} << 20, "the original");
    ASSERT_FALSE(too_small);
    EXPECT_EQ(too_small.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(too_small.error().message(), HasSubstr("more than 1 MiB"));
    EXPECT_EQ(identify(file_)->bytes, kSize.bytes / 2);
}

TEST_F(Ext4File, DamagedItIsNotResized) {
    ASSERT_TRUE(make_ext4(file_, kSize));
    {
        const sys::Fd fd = sys::open(file_, O_WRONLY).value();
        const std::string begin = header();
        ASSERT_TRUE(sys::write_all(fd, begin + std::string(std::size_t{2} << 20, '\xff')));
    }
    const auto damaged = resize_ext4_file(file_, 2 * kSize.bytes, "/srv/original");
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().code(), ErrorCode::conflict);
    EXPECT_THAT(damaged.error().cure(), HasSubstr("'e2fsck -f /srv/original'"));
}

}  // namespace
}  // namespace dim::server
