#include "imageserver/image/image_store_test_fixture.hpp"
#include "libdim/sys/clock.hpp"

#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

constexpr std::size_t kCheckKills = 16;
constexpr std::int64_t kCheckDay = std::int64_t{24} * 3600 * 1'000'000;

class CheckedBladeImage : public testing::ImageStoreTest {
protected:
    CheckedBladeImage() {
        import();
        create("s01c1b01");
        testing::write(root() + "/mine", "written by the blade");
    }
    std::string root() const { return store->mount_point(blade, granite); }
    Result<api::BladeImageCheck> check(Repair repair = Repair::no) const {
        return store->check_blade_image(blade, granite, repair);
    }
    std::string result(Repair repair = Repair::no) const { return value_of(check(repair)).result; }
    std::vector<api::BladeImageCheck> remembered() const {
        return value_of(store->blade_image_checks());
    }
    /// By debugfs(8), while the file is not mounted.
    void damage(const std::string& request) const {
        value_of(store->unmount(blade, granite));
        testing::run({"debugfs", "-w", "-R", request, file()});
    }
    void damage_a_count() const { damage("set_inode_field /mine links_count 9"); }
    std::string file() const { return blade_file("s01c1b01"); }
    void expect_whole() const {
        EXPECT_EQ(value_of(store->mount_state(blade, granite)), MountState::mounted);
        EXPECT_EQ(value_of(sys::read_file(root() + "/mine")), "written by the blade");
        EXPECT_THAT(value_of(sys::list_names(state + "/blades/s01c1b01")),
                    ElementsAre("granite.img"));
    }
    bool is_due(std::uint32_t days, std::int64_t later_us) const {
        const auto now =
            value_of(model::Timestamp::from_microseconds(sys::realtime_us() + later_us));
        return !value_of(store->checks_due(days, now)).empty();
    }

    const model::ComponentName blade = blade_name("s01c1b01");
};

TEST_F(CheckedBladeImage, OneThatIsNotThereIsNotFound) {
    EXPECT_EQ(store->check_blade_image(blade_name("s01c1b02"), granite, Repair::no).error().code(),
              ErrorCode::not_found);
    EXPECT_THAT(remembered(), IsEmpty());
}

TEST_F(CheckedBladeImage, OneThatIsInUseStaysAsItIs) {
    const sys::Fd in_use = value_of(sys::open(root() + "/mine", O_RDONLY));
    const auto refused = check();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    expect_whole();
    EXPECT_THAT(remembered(), IsEmpty());
}

TEST_F(CheckedBladeImage, OneThatIsExportedIsNotTouched) {
    value_of(store->set_exported(blade, granite, true));
    const sys::Fd in_use = value_of(sys::open(root() + "/mine", O_RDONLY));
    EXPECT_EQ(result(Repair::yes), "not checked");
    EXPECT_THAT(remembered(), IsEmpty()) << "it was not examined";
}

TEST_F(CheckedBladeImage, WhatTheKernelFoundIsToldOfOneThatIsExported) {
    value_of(store->set_exported(blade, granite, true));
    damage("set_super_value state 3");
    EXPECT_EQ(result(), "damaged");
    ASSERT_EQ(remembered().size(), 1U);
    EXPECT_EQ(remembered()[0].result, "damaged");
}

TEST_F(CheckedBladeImage, ASoundOneIsCleanAndMountedAgain) {
    EXPECT_EQ(result(), "clean");
    expect_whole();
    ASSERT_EQ(remembered().size(), 1U);
    EXPECT_EQ(remembered()[0].blade, blade);
    EXPECT_EQ(remembered()[0].result, "clean");
    EXPECT_EQ(remembered()[0].told, std::nullopt);
    reopen();
    EXPECT_EQ(remembered().size(), 1U) << "after a restart of the daemon";
    value_of(store->delete_blade_image(blade, granite));
    EXPECT_THAT(remembered(), IsEmpty()) << "it went with the blade image";
}

TEST_F(CheckedBladeImage, ADamagedOneIsMendedOnlyWhenAskedTo) {
    damage_a_count();
    const auto found = value_of(check());
    EXPECT_EQ(found.result, "damaged");
    EXPECT_THAT(found.told.value_or(""), HasSubstr("ref count"));
    EXPECT_EQ(result(), "damaged") << "nothing was mended";
    EXPECT_EQ(result(Repair::yes), "mended");
    expect_whole();
    EXPECT_GE(value_of(sys::stat(file())).allocated, value_of(sys::stat(file())).size)
        << "its space is reserved";
    EXPECT_EQ(result(), "clean");
    EXPECT_EQ(remembered()[0].result, "clean");
}

TEST_F(CheckedBladeImage, OneThatCouldNotBeMountedAnyMoreIsMended) {
    damage("set_super_value state 3");
    EXPECT_FALSE(store->ensure_ready(blade, granite));
    EXPECT_EQ(result(), "damaged");
    EXPECT_EQ(result(Repair::yes), "mended");
    expect_whole();
}

TEST_F(CheckedBladeImage, WhatNeedsAnswersStaysAsItIs) {
    damage("clri <2>");
    const auto before = value_of(sys::stat(file()));
    EXPECT_EQ(result(Repair::yes), "damaged");
    EXPECT_EQ(value_of(sys::stat(file())).inode, before.inode);
    EXPECT_THAT(value_of(sys::list_names(state + "/blades/s01c1b01")), ElementsAre("granite.img"));
}

/// An e2fsck that says when it begins, and waits until it may.
class SlowCheck {
public:
    explicit SlowCheck(const std::string& directory) : directory_(directory) {
        value_of(sys::mkdir(directory));
        for (const char* name : {"/begun", "/go_on"})
            EXPECT_EQ(::mkfifo((directory + name).c_str(), 0600), 0);
        testing::write(directory + "/e2fsck",
                       "#!/bin/sh\necho >" + directory + "/begun\nread x <" + directory +
                           "/go_on\nPATH=" + path_ + " exec e2fsck \"$@\"\n",
                       0755);
        EXPECT_EQ(::setenv("PATH", (directory + ":" + path_).c_str(), 1), 0);
    }
    ~SlowCheck() { ::setenv("PATH", path_.c_str(), 1); }
    SlowCheck(const SlowCheck&) = delete;
    SlowCheck& operator=(const SlowCheck&) = delete;

    void await_begin() const { value_of(sys::read_file(directory_ + "/begun")); }
    void let_go_on() const { testing::write(directory_ + "/go_on", "\n"); }

private:
    const std::string directory_;
    const std::string path_ = ::getenv("PATH");
};

TEST_F(CheckedBladeImage, NobodyMountsOneThatIsBeingExamined) {
    const SlowCheck slow(directory / "slow");
    std::string found;
    std::thread checking([&] { found = result(); });
    slow.await_begin();
    const auto refused = store->ensure_ready(blade, granite);
    EXPECT_EQ(value_of(store->mount_state(blade, granite)), MountState::absent);
    slow.let_go_on();
    checking.join();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::unavailable);
    EXPECT_FALSE(refused.error().cure().empty());
    EXPECT_EQ(found, "clean");
    expect_whole();
}

TEST_F(CheckedBladeImage, KilledAnywhereItIsMendedOrAsItWas) {
    damage_a_count();
    kill_anywhere(
        kCheckKills,
        [&](int) {
            EXPECT_THAT(store->restore_mounts(), IsEmpty());
            value_of(check(Repair::yes));
        },
        [&](int) {
            expect_whole();
            damage_a_count();
        });
}

TEST_F(CheckedBladeImage, IsDueWhenItIsIdleAndWasNotCheckedForLong) {
    EXPECT_FALSE(is_due(30, 0)) << "it was written a moment ago";
    EXPECT_TRUE(is_due(30, kCheckDay)) << "it was never checked";
    value_of(check());
    EXPECT_FALSE(is_due(30, 29 * kCheckDay));
    EXPECT_TRUE(is_due(30, 31 * kCheckDay));
    EXPECT_FALSE(is_due(60, 31 * kCheckDay));
    create("s01c1b02");
    const auto later =
        value_of(model::Timestamp::from_microseconds(sys::realtime_us() + 31 * kCheckDay));
    EXPECT_THAT(value_of(store->checks_due(30, later)),
                ::testing::ElementsAre(std::pair(blade_name("s01c1b02"), granite),
                                       std::pair(blade, granite)))
        << "the one that never was is the first";
    value_of(store->set_exported(blade_name("s01c1b02"), granite, true));
    value_of(store->set_exported(blade, granite, true));
    EXPECT_FALSE(is_due(30, 31 * kCheckDay));
}

}  // namespace
}  // namespace dim::server
