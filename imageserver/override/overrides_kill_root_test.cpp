#include "imageserver/override/overrides_fixture.hpp"
#include "libdim/testing/kill_at_call.hpp"

#include <set>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::IsEmpty;
using testing::value_of;

constexpr std::size_t kKills = 16;

/// A daemon that is killed while it gives blades what is theirs.
class KilledOverrides : public testing::OverridesTest {
protected:
    KilledOverrides() {
        put("cluster/etc/motd", "round 0\n");
        import();
        create("s01c1b01");
    }

    /// Each round begins with an image that is changed, and one that is missing.
    void prepare() {
        reopen_all();
        EXPECT_THAT(store->restore_mounts(), IsEmpty());
        if (store->blade_image(blade_name("s01c1b02"), granite))
            value_of(store->delete_blade_image(blade_name("s01c1b02"), granite));
        testing::run({"rm", "-rf", state + "/keys/s01c1b02"});
        ++round_;
        put("cluster/etc/motd", "round " + std::to_string(round_) + "\n");
        put("cluster/etc/deep/er", "round " + std::to_string(round_) + "\n");
        close_all();
    }
    void work() {
        reopen_all();
        static_cast<void>(value_of(apply("s01c1b01")));
        create("s01c1b02");
    }
    /// Every file is one of before or the one of now; the next call goes on to the end.
    void look() {
        reopen_all();
        EXPECT_THAT(store->restore_mounts(), IsEmpty());
        EXPECT_THAT(read("s01c1b01", "etc/motd"), ::testing::StartsWith("round "));
        for (const PlannedFile& file : plan("s01c1b01").files)
            EXPECT_NE(file.state, OverrideState::changed) << file.wanted.path << ": " << file.note;
        value_of(apply("s01c1b01"));
        expect_current("s01c1b01");
        if (!store->blade_image(blade_name("s01c1b02"), granite)) create("s01c1b02");
        expect_current("s01c1b02");
        for (const std::string& name : value_of(sys::list_names(state + "/keys/s01c1b02")))
            EXPECT_EQ(value_of(sys::read_file(state + "/keys/s01c1b02/" + name)),
                      read("s01c1b02", "etc/ssh/" + name));
    }
    void expect_current(const std::string& blade) const {
        for (const PlannedFile& file : plan(blade).files)
            EXPECT_EQ(file.state, OverrideState::current)
                << blade << ": " << file.wanted.path << ": " << file.note;
        EXPECT_EQ(read(blade, "etc/motd"), "round " + std::to_string(round_) + "\n");
        EXPECT_EQ(read(blade, "etc/hostname"), blade + "\n");
    }

    int round_ = 0;
};

TEST_F(KilledOverrides, AreWholeAfterwards) {
    prepare();
    const std::size_t kills = dim::testing::kill_at_calls(
        kKills, [&] { work(); },
        [&] {
            SCOPED_TRACE(round_);
            look();
            prepare();
        });
    EXPECT_GE(kills, kKills);
}

}  // namespace
}  // namespace dim::server
