#include "imageserver/image/generations_test_fixture.hpp"
#include "imageserver/image/master_watch.hpp"

#include <sys/mman.h>

namespace dim::server {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The master is on a file system of its own, which is watched.
class WatchedMasterTest : public GenerationsTest {
protected:
    WatchedMasterTest() {
        value_of(sys::mount("none", master, "tmpfs", 0, ""));
        make_tree(master + "/tree", directory / "victim");
        begin_to_watch();
        api::ImportImage request = this->request();
        request.source = value_of(model::MasterSource::parse(master + "/tree"));
        value_of(store->import_image(request, quiet()));
    }
    ~WatchedMasterTest() override { close(); }

    /// As a daemon does that was started again.
    void begin_to_watch() {
        reopen();
        watch = value_of(MasterWatch::open({}));
        watch->start();
        store->use(*watch);
    }
    std::string at(const std::string& path) const { return master + "/tree/" + path; }
    MadeGeneration made(const Progress& progress, std::optional<bool> scan = {}) const {
        const api::UpdateImage request{
            .name = granite, .source = {}, .label = "", .shared = {}, .paths = {}, .scan = scan};
        return value_of(store->update_image(request, progress));
    }
    MadeGeneration made() const { return made(quiet()); }
    /// The same without a note that all was looked at.
    bool makes_one_of_changes() const {
        const MadeGeneration one = made();
        EXPECT_THAT(one.notes, IsEmpty());
        return one.generation.has_value();
    }
    /// Twice: what is new is known, and that it is the newest generation.
    void look_at_all() const {
        static_cast<void>(made());
        EXPECT_FALSE(made().generation);
    }
    std::string shown_file(const std::string& path) const {
        const auto newest = value_of(store->image(granite)).generation;
        return value_of(sys::read_file(store->shared_mount_point(granite, newest) + "/" + path));
    }

    const std::string master = [this] {
        value_of(sys::mkdir(directory / "master"));
        return directory / "master";
    }();
    std::unique_ptr<MasterWatch> watch;
};

TEST_F(WatchedMasterTest, ChangesBecomeAGenerationAndNothingElseIsLookedAt) {
    EXPECT_THAT(made().notes, ElementsAre(HasSubstr("was not watched")));
    EXPECT_FALSE(makes_one_of_changes());
    write(at("usr/bin/tool"), "newer");
    write(at("usr/lib/more"), "more");
    EXPECT_TRUE(makes_one_of_changes());
    EXPECT_EQ(shown_file("usr/bin/tool"), "newer");
    EXPECT_EQ(shown_file("usr/lib/tool-again"), "newer");
    EXPECT_EQ(shown_file("usr/lib/more"), "more");
    EXPECT_FALSE(makes_one_of_changes());
    std::filesystem::rename(at("usr/lib"), at("usr/lib64"));
    value_of(sys::unlink(at("usr/lib64/more")));
    EXPECT_TRUE(makes_one_of_changes());
    EXPECT_FALSE(sys::stat(shown(3) + "/usr/lib"));
    EXPECT_EQ(shown_file("usr/lib64/tool-again"), "newer");
    EXPECT_FALSE(sys::stat(shown(3) + "/usr/lib64/more"));
    // And all of it is just that.
    EXPECT_FALSE(made(quiet(), true).generation);
}

TEST_F(WatchedMasterTest, WhatTheKernelDoesNotTellIsFoundWhenAllIsAskedFor) {
    write(at("usr/bin/mapped"), std::string(4096, 'a'));
    const sys::Fd file = value_of(sys::open(at("usr/bin/mapped"), O_RDWR));
    void* bytes = ::mmap(nullptr, 4096, PROT_WRITE, MAP_SHARED, file.get(), 0);
    ASSERT_NE(bytes, MAP_FAILED);
    look_at_all();
    *static_cast<char*>(bytes) = 'b';
    // So nothing at all was looked at.
    EXPECT_FALSE(makes_one_of_changes());
    const MadeGeneration all = made(quiet(), true);
    EXPECT_TRUE(all.generation);
    EXPECT_THAT(all.notes, IsEmpty());
    EXPECT_EQ(shown_file("usr/bin/mapped").front(), 'b');
    *static_cast<char*>(bytes) = 'c';
    ASSERT_EQ(::munmap(bytes, 4096), 0);
    // Not before the file is closed, too.
    EXPECT_FALSE(makes_one_of_changes());
}

TEST_F(WatchedMasterTest, WhatChangesWhileAGenerationIsMadeIsInTheNext) {
    look_at_all();
    // As many as are told of while they are made.
    for (int i = 0; i < 500; ++i)
        write(at("usr/bin/" + std::to_string(i)), "new");
    int calls = 0;
    const Progress change_meanwhile = [&](std::string_view what, std::uint64_t, std::uint64_t) {
        if (!what.starts_with("change the shared root") || calls++ != 0) return;
        write(at("usr/bin/late"), "late");
        write(at("usr/lib/caf\xc3\xa9 \n name"), "late, too");
    };
    EXPECT_TRUE(made(change_meanwhile).generation);
    EXPECT_EQ(calls, 1);
    EXPECT_FALSE(sys::stat(shown(2) + "/usr/bin/late"));
    EXPECT_TRUE(makes_one_of_changes());
    EXPECT_EQ(shown_file("usr/bin/late"), "late");
    EXPECT_EQ(shown_file("usr/lib/caf\xc3\xa9 \n name"), "late, too");
    EXPECT_FALSE(made(quiet(), true).generation);
}

TEST_F(WatchedMasterTest, AnotherDaemonLooksAtAll) {
    look_at_all();
    close();
    watch.reset();
    write(at("usr/bin/tool"), "unseen");
    begin_to_watch();
    const MadeGeneration one = made();
    EXPECT_THAT(one.notes, ElementsAre(HasSubstr("was not watched")));
    EXPECT_TRUE(one.generation);
    EXPECT_FALSE(makes_one_of_changes());
}

TEST_F(WatchedMasterTest, AnUpdateThatFailedIsFollowedByALookAtAll) {
    look_at_all();
    write(at("usr/bin/tool"), "newer");
    value_of(sys::rename(at("opt"), at("gone")));
    EXPECT_FALSE(store->update_image({.name = granite, .source = {}, .label = ""}, quiet()));
    value_of(sys::rename(at("gone"), at("opt")));
    const MadeGeneration one = made();
    EXPECT_THAT(one.notes, ElementsAre(HasSubstr("did not end")));
    EXPECT_TRUE(one.generation);
}

TEST_F(WatchedMasterTest, AGenerationOfSomethingElseIsNotTakenForTheMaster) {
    look_at_all();
    for (const std::string path : {"usr/bin/tool", "etc/motd"}) {
        const auto before = value_of(store->image(granite)).generation;
        write(at(path), "newer");
        EXPECT_TRUE(made().generation);
        EXPECT_FALSE(made().generation);
        EXPECT_TRUE(value_of(
            store->roll_back_image({.name = granite, .generation = before, .label = ""}, quiet())));
        // Nothing of the master has changed, but the generation has.
        EXPECT_TRUE(makes_one_of_changes()) << path;
    }
    EXPECT_EQ(shown_file("usr/bin/tool"), "newer");
}

TEST_F(WatchedMasterTest, WhatIsSharedMayChangeAlone) {
    look_at_all();
    const auto share = [&](std::vector<std::string> names) {
        return value_of(
                   store->update_image(
                       {.name = granite, .source = {}, .label = "", .shared = std::move(names)},
                       quiet()))
            .generation.has_value();
    };
    EXPECT_TRUE(share({"usr"}));
    EXPECT_FALSE(share({"usr"}));
    EXPECT_FALSE(makes_one_of_changes());
    EXPECT_TRUE(share({"usr", "opt"}));
}

TEST_F(WatchedMasterTest, ARecordThatWasLostIsMadeAnew) {
    look_at_all();
    write(at("usr/bin/tool"), "newer");
    for (const auto& entry : std::filesystem::directory_iterator(state + "/images/granite"))
        if (entry.path().filename().string().starts_with("master"))
            std::filesystem::remove(entry.path());
    const MadeGeneration one = made();
    EXPECT_THAT(one.notes, ElementsAre(HasSubstr("is gone")));
    EXPECT_TRUE(one.generation);
    EXPECT_FALSE(makes_one_of_changes());
}

TEST_F(WatchedMasterTest, TheDifferenceToTheMasterIsOfItsChangesToo) {
    look_at_all();
    const auto differences = [&] {
        return value_of(store->compare_with_source({.name = granite, .source = {}, .label = ""},
                                                   quiet()))
            .difference_count;
    };
    EXPECT_EQ(differences(), 0U);
    write(at("usr/bin/new"), "newer");
    EXPECT_EQ(differences(), 2U);  // and its directory
    EXPECT_EQ(differences(), 2U);
    EXPECT_TRUE(makes_one_of_changes());
    EXPECT_EQ(differences(), 0U);
}

TEST_F(WatchedMasterTest, SomePathsAloneLeaveTheRestToBeTold) {
    look_at_all();
    write(at("usr/bin/tool"), "newer");
    write(at("etc/motd"), "hello");
    EXPECT_TRUE(value_of(store->update_image({.name = granite,
                                              .source = {},
                                              .label = "",
                                              .shared = {},
                                              .paths = std::vector<std::string>{"/etc/motd"}},
                                             quiet()))
                    .generation);
    EXPECT_EQ(shown_file("usr/bin/tool"), "tool");
    EXPECT_TRUE(makes_one_of_changes());
    EXPECT_EQ(shown_file("usr/bin/tool"), "newer");
}

class UnwatchedMasterTest : public GenerationsTest {};

TEST_F(UnwatchedMasterTest, AMasterThatDidNotChangeIsRecognised) {
    import();
    EXPECT_FALSE(update());
    EXPECT_FALSE(update());
    write(tree + "/usr/bin/tool", "newer");
    EXPECT_TRUE(update());
    EXPECT_FALSE(update());
    EXPECT_FALSE(update());
    value_of(store->roll_back_image({.name = granite, .generation = first, .label = ""}, quiet()));
    EXPECT_TRUE(update());
    EXPECT_FALSE(update());
}

}  // namespace
}  // namespace dim::server
