#include "imageserver/image/image_store_test_fixture.hpp"
#include "libdim/testing/failing_writes.hpp"

#include <gmock/gmock.h>

// A disk that holds a few blade images, and blades that fill what they can: what do others notice?
namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::HasSubstr;
using testing::ImageStoreTest;
using ::testing::IsEmpty;
using testing::value_of;

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kImageBytes = 64 * kMebibyte;

class FullDisk : public ImageStoreTest {
protected:
    FullDisk() : ImageStoreTest(290 * kMebibyte) { import(); }

    void provision(Provisioning with) {
        provisioning = with;
        reopen();
    }
    /// Writes FILE until nothing more fits, or LIMIT; the bytes that reached the disk, or why not.
    static Result<std::uint64_t> fill(const std::string& file, std::uint64_t limit = UINT64_MAX) {
        DIM_TRY(const sys::Fd fd, sys::open(file, O_WRONLY | O_CREAT | O_APPEND, 0644));
        const std::string chunk(kMebibyte / 4, 'x');
        std::uint64_t written = 0;
        while (written < limit) {
            const auto done = sys::write_all(fd, chunk);
            if (!done && done.error().system_errno() == ENOSPC) break;
            if (!done) return fail(done.error());
            written += chunk.size();
        }
        DIM_CHECK(sys::fsync(fd));
        return written;
    }
    /// What is on the disk besides images grows until it is full.
    void fill_disk() const {
        value_of(fill(state + "/filler"));
        ASSERT_LT(value_of(store->disk_space()).free, kMebibyte);
    }
    /// The blade writes half of what its image holds.
    Result<std::uint64_t> write_as(std::string_view blade) const {
        return fill(root_of(blade) + "/var/data", kImageBytes / 2);
    }
    bool is_sound(std::string_view blade) const {
        return value_of(store->blade_image(blade_name(blade), granite)).cause == std::nullopt;
    }
};

TEST_F(FullDisk, ABladeThatFillsItsImageHurtsNoOther) {
    create("s01c1b01");
    create("s01c1b02");
    const auto filled = fill(root_of("s01c1b01") + "/var/data");
    ASSERT_TRUE(filled) << to_string(filled.error());
    EXPECT_GT(*filled, kImageBytes / 2);
    EXPECT_LT(*filled, kImageBytes) << "the image's size is the quota";
    EXPECT_TRUE(write_as("s01c1b02"));
    EXPECT_TRUE(is_sound("s01c1b01"));
    EXPECT_TRUE(is_sound("s01c1b02"));
}

TEST_F(FullDisk, ReservedImagesAreWrittenOnWhenTheDiskIsFull) {
    create("s01c1b01");
    create("s01c1b02");
    fill_disk();
    const auto filled = fill(root_of("s01c1b01") + "/var/data");
    EXPECT_TRUE(filled) << to_string(filled.error());
    const auto written = write_as("s01c1b02");
    EXPECT_TRUE(written) << to_string(written.error());
    EXPECT_TRUE(is_sound("s01c1b01"));
    EXPECT_TRUE(is_sound("s01c1b02"));
}

TEST_F(FullDisk, AReservedImageThatDoesNotFitIsRefusedAndLeavesNothing) {
    create("s01c1b01");
    create("s01c1b02");
    create("s01c1b03");
    const DiskSpace before = value_of(store->disk_space());
    const auto refused = store->create_blade_image(blade_name("s01c1b04"), granite, quiet());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(refused.error().message(), HasSubstr("need 64 MiB"));
    EXPECT_FALSE(refused.error().cure().empty());
    EXPECT_EQ(value_of(store->blade_images()).size(), 3U);
    EXPECT_EQ(value_of(store->disk_space()).committed, before.committed);
    EXPECT_GT(before.free, low_water(before.total)) << "the daemon's own part";
}

TEST_F(FullDisk, ThinImagesAreRefusedAboveTheLimit) {
    provision(Provisioning::thin(100));
    std::uint64_t count = 0;
    Result<void> created;
    for (; created && count < 10; ++count)
        created = store->create_blade_image(blade_name("s01c1b0" + std::to_string(count)), granite,
                                            quiet());
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(created.error().message(), HasSubstr("thin:100%"));
    const DiskSpace space = value_of(store->disk_space());
    EXPECT_LE(space.committed, space.free + space.allocated);
    EXPECT_GE(space.committed + kImageBytes, space.free + space.allocated) << "not too early";
    provision(Provisioning::thin(200));
    create("s01c1b10");
}

// Each write of making and deleting an image fails once, those to the database, too.
TEST_F(FullDisk, AWriteThatFailsLeavesNothingThatIsInTheWay) {
    create("s01c1b01");
    const model::ComponentName blade = blade_name("s01c1b02");
    const std::string& database_disk = directory.path();
    for (const std::string& disk : {state, database_disk}) {
        int failed = 1;
        for (int skipped = 0; failed != 0; ++skipped) {
            SCOPED_TRACE(disk + " " + std::to_string(skipped));
            ASSERT_LT(skipped, 100);
            Result<void> created;
            Result<void> deleted = fail(ErrorCode::internal, "not tried");
            {
                const dim::testing::FailingWrites failing(disk, ENOSPC, skipped, 1);
                created = store->create_blade_image(blade, granite, quiet());
                if (created) deleted = store->delete_blade_image(blade, granite);
                failed = dim::testing::FailingWrites::failed();
            }
            EXPECT_EQ(created && deleted, failed == 0) << "a failure is told";
            if (created && deleted)
                EXPECT_FALSE(sys::stat(blade_file("s01c1b02")));
            else if (!created)
                ASSERT_TRUE(store->create_blade_image(blade, granite, quiet()))
                    << "it can be had again";
            if (!created || !deleted) (void)store->delete_blade_image(blade, granite);
            (void)store->purge_blade_images(blade, granite);
            EXPECT_EQ(value_of(store->blade_images()).size(), 1U);
            EXPECT_TRUE(is_sound("s01c1b01"));
        }
    }
}

// The same of an import.
TEST_F(FullDisk, AnImportThatCannotWriteLeavesNothing) {
    for (const auto& [disk, name] : {std::pair(state, "basalt"), {directory.path(), "slate"}}) {
        int failed = 1;
        for (int skipped = 0; failed != 0; ++skipped) {
            SCOPED_TRACE(disk + " " + std::to_string(skipped));
            ASSERT_LT(skipped, 100);
            Result<Notes> imported;
            {
                const dim::testing::FailingWrites failing(disk, ENOSPC, skipped, 1);
                imported = store->import_image(request(name), quiet());
                failed = dim::testing::FailingWrites::failed();
            }
            EXPECT_EQ(imported.has_value(), failed == 0) << "a failure is told";
            if (imported) break;
            EXPECT_TRUE(store->undo_unfinished());
            EXPECT_FALSE(store->image(testing::image_name(name)));
            EXPECT_FALSE(sys::stat(state + "/images/" + name));
        }
    }
    EXPECT_TRUE(store->image(granite));
}

// And of a move to another generation, on the blade image itself.
TEST_F(FullDisk, AMoveThatCannotWriteIsToldAndFinishedByTheNextCall) {
    create("s01c1b01");
    const model::ComponentName blade = blade_name("s01c1b01");
    testing::write(tree + "/etc/new", std::string(kMebibyte, 'n'));
    testing::run({"rm", tree + "/var/dangling"});
    value_of(store->update_image({.name = granite, .source = {}, .label = ""}, quiet()));
    std::uint32_t from = 1;
    for (const int error : {ENOSPC, EIO}) {
        int failed = 1;
        for (int skipped = 0; failed != 0; ++skipped) {
            SCOPED_TRACE(std::to_string(error) + " " + std::to_string(skipped));
            ASSERT_LT(skipped, 100);
            const auto move = [&] {
                const auto change =
                    value_of(store->find_change(granite, number(from), number(3 - from)));
                return store->move_blade_image({.blade = blade, .kept_out = {}}, *change);
            };
            Result<MovedBladeImage> moved;
            {
                const dim::testing::FailingWrites failing(root_of("s01c1b01"), error, skipped, 1);
                moved = move();
                failed = dim::testing::FailingWrites::failed();
            }
            EXPECT_EQ(moved.has_value(), failed == 0) << "a failure is told";
            if (!moved) EXPECT_TRUE(moved = move()) << to_string(moved.error());
            from = 3 - from;
            EXPECT_EQ(value_of(store->blade_image(blade, granite)).generation, number(from));
            EXPECT_EQ(sys::stat(root_of("s01c1b01") + "/etc/new").has_value(), from == 2);
            EXPECT_THAT(moved->conflicts, IsEmpty());
        }
    }
    EXPECT_TRUE(is_sound("s01c1b01"));
}

TEST_F(FullDisk, ImagesThatWereThinAreReservedAsFarAsTheyFit) {
    provision(Provisioning::thin(1000));
    for (const char* blade : {"s01c1b01", "s01c1b02", "s01c1b03", "s01c1b04", "s01c1b05"})
        create(blade);
    EXPECT_THAT(store->reserve_blade_images(), IsEmpty()) << "thin images stay thin";
    provision(Provisioning::reserved());
    const std::vector<Error> errors = store->reserve_blade_images();
    ASSERT_FALSE(errors.empty());
    EXPECT_LT(errors.size(), 5U);
    EXPECT_EQ(errors.front().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(errors.front().message(), HasSubstr("s01c1b0"));
    fill_disk();
    EXPECT_TRUE(write_as("s01c1b01"));
    EXPECT_TRUE(is_sound("s01c1b01"));
    // What is gone leaves its space to others.
    value_of(sys::unlink(state + "/filler"));
    value_of(store->delete_blade_image(blade_name("s01c1b01"), granite));
    EXPECT_GE(store->reserve_blade_images().size(), errors.size())
        << "what is in the trash does not";
    value_of(store->purge_blade_images(blade_name("s01c1b01"), granite));
    EXPECT_LT(store->reserve_blade_images().size(), errors.size());
}

}  // namespace
}  // namespace dim::server
