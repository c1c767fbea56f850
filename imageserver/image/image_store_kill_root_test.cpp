#include "imageserver/image/image_store_test_fixture.hpp"

#include <csignal>
#include <random>
#include <set>
#include <sys/wait.h>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using testing::image_name;
using ::testing::IsEmpty;
using testing::value_of;

constexpr int kRounds = 10;

/// A daemon that is killed while it imports, creates and deletes.
class KilledStore : public testing::ImageStoreTest {
protected:
    /// What the victim does; each round has an image of its own.
    void work(const model::ImageName& image) {
        reopen();
        value_of(store->import_image(request(image.text()), quiet()));
        for (const char* blade : {"s01c1b01", "s01c1b02"})
            value_of(store->create_blade_image(blade_name(blade), image, quiet()));
        value_of(store->delete_blade_image(blade_name("s01c1b01"), image));
    }

    /// Kills the victim after DELAY, unless it is done before. True when it was killed.
    bool kill_after(std::chrono::microseconds delay, const model::ImageName& image) {
        store.reset();
        database.reset();
        const pid_t pid = ::fork();
        if (pid == 0) {
            work(image);
            ::_exit(0);
        }
        ::usleep(static_cast<useconds_t>(delay.count()));
        ::kill(pid, SIGKILL);
        int status = 0;
        ::waitpid(pid, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
        return WIFSIGNALED(status);
    }

    void expect_whole(const model::ImageName& image) {
        const auto summary = store->image(image);
        if (!summary) {
            EXPECT_FALSE(sys::stat(state + "/images/" + image.text()));
            return;
        }
        EXPECT_EQ(
            testing::differences(tree + "/usr", store->shared_directory(image, first) + "/usr"),
            "");
        EXPECT_THAT(value_of(sys::list_names(state + "/images/" + image.text())),
                    ::testing::ElementsAre("1"));
    }

    void expect_blade_images_whole() {
        std::set<std::string> files;
        for (const api::BladeImage& record : value_of(store->blade_images())) {
            files.insert(record.path);
            EXPECT_EQ(record.cause, std::nullopt);
            EXPECT_EQ(value_of(sys::read_file(store->mount_point(record.blade, record.image) +
                                              "/etc/hostname")),
                      record.blade.text() + "\n");
        }
        const std::string blades = state + "/blades";
        for (const std::string& blade : value_of(sys::list_names(blades)))
            for (const std::string& name : value_of(sys::list_names(blades + "/" + blade)))
                EXPECT_TRUE(files.contains(blades + "/" + blade + "/" + name)) << name;
    }

    void expect_only_known_mounts() {
        std::size_t expected = 2;  // the disk, and what covers the mount points
        expected += 2 * value_of(store->images()).size() + value_of(store->blade_images()).size();
        std::size_t found = 0;
        for (const sys::MountEntry& entry : value_of(sys::mounts()))
            if (entry.target.starts_with(state)) ++found;
        EXPECT_EQ(found, expected);
    }
};

TEST_F(KilledStore, IsWholeAfterwards) {
    const auto start = std::chrono::steady_clock::now();
    work(image_name("undisturbed"));
    const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - start);
    const unsigned seed = std::random_device()();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::uniform_int_distribution<std::int64_t> delay(0, whole.count());
    int killed = 0;
    for (int round = 0; round < kRounds; ++round) {
        const model::ImageName image = image_name("round" + std::to_string(round));
        SCOPED_TRACE(image.text());
        killed += kill_after(std::chrono::microseconds(delay(random)), image) ? 1 : 0;
        reopen();
        EXPECT_THAT(store->restore_mounts(), IsEmpty());
        expect_whole(image);
        expect_blade_images_whole();
        expect_only_known_mounts();
    }
    EXPECT_GT(killed, kRounds / 4);
}

}  // namespace
}  // namespace dim::server
