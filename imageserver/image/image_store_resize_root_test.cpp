#include "imageserver/image/image_store_test_fixture.hpp"
#include "libdim/sys/allocate.hpp"
#include "libdim/sys/process_privileges_for_tests.hpp"

#include <cstdlib>
#include <future>
#include <iostream>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::AllOf;
using testing::blade_name;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

constexpr std::uint64_t kBefore = std::uint64_t{64} << 20;
constexpr std::uint64_t kLarger = std::uint64_t{160} << 20;
constexpr std::uint64_t kSmaller = std::uint64_t{40} << 20;
constexpr std::uint64_t kLittle = std::uint64_t{8} << 20;
constexpr std::size_t kResizeKills = 32;

/// Whether the kernel lets this test make a file system in use larger (CAP_SYS_RESOURCE); says so.
bool may_grow_in_use() {
    constexpr int kSysResource = 24;
    const bool may =
        (sys::privileges_of(static_cast<std::uint32_t>(::getpid())).effective >> kSysResource &
         1) != 0;
    std::cout << (may ? "with" : "without") << " CAP_SYS_RESOURCE: a file system in use "
              << (may ? "grows" : "cannot grow, which is refused") << "\n";
    return may;
}

/// Puts itself before NAME in PATH: it says that it runs, waits, and runs NAME.
class StandInProgram {
public:
    StandInProgram(const std::string& directory, const std::string& name)
        : begun_(directory + "/begun"), go_on_(directory + "/go-on"), path_(::getenv("PATH")) {
        for (const std::string& fifo : {begun_, go_on_})
            if (::mkfifo(fifo.c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
        const std::string programs = directory + "/programs";
        value_of(sys::mkdir(programs));
        testing::write(programs + "/" + name,
                       "#!/bin/sh\nPATH=" + path_ + "\necho >" + begun_ + "\nread word <" + go_on_ +
                           "\nexec " + name + " \"$@\"\n",
                       0755);
        ::setenv("PATH", (programs + ":" + path_).c_str(), 1);
    }
    ~StandInProgram() { ::setenv("PATH", path_.c_str(), 1); }
    StandInProgram(const StandInProgram&) = delete;
    StandInProgram& operator=(const StandInProgram&) = delete;
    void wait_until_it_runs() const { value_of(sys::read_file(begun_)); }
    void let_it_go_on() const { testing::write(go_on_, "now\n", 0600); }

private:
    std::string begun_, go_on_, path_;
};

class ResizedBladeImage : public testing::ImageStoreTest {
protected:
    ResizedBladeImage() {
        import();
        create("s01c1b01");
        testing::write(root() + "/mine", "written by the blade");
    }
    std::string root() const { return store->mount_point(blade_name("s01c1b01"), granite); }
    Result<void> resize(std::uint64_t bytes) const {
        return store->resize_blade_image(blade_name("s01c1b01"), granite, bytes);
    }
    std::string refusal(std::uint64_t bytes) const {
        const auto resized = resize(bytes);
        return resized ? "resized" : to_string(resized.error());
    }
    std::uint64_t known_size() const {
        return value_of(store->blade_image(blade_name("s01c1b01"), granite)).size_bytes;
    }
    /// What the blade sees; a part is the file system's own.
    std::uint64_t seen_size() const { return value_of(sys::statfs(root())).total_bytes; }
    void export_it(bool is_exported) const {
        value_of(store->set_exported(blade_name("s01c1b01"), granite, is_exported));
    }
    void fill_image(int mebibytes) const {
        testing::run({"dd", "if=/dev/urandom", "of=" + root() + "/full", "bs=1M",
                      "count=" + std::to_string(mebibytes), "status=none"});
    }
    void expect_whole() const {
        EXPECT_EQ(value_of(sys::read_file(root() + "/mine")), "written by the blade");
        EXPECT_THAT(value_of(sys::list_names(state + "/blades/s01c1b01")),
                    ::testing::ElementsAre("granite.img"));
    }
    /// That the file system is what the database says: not smaller, but for its own part.
    void expect_consistent() const {
        expect_whole();
        EXPECT_EQ(value_of(sys::stat(blade_file("s01c1b01"))).size, known_size());
        EXPECT_LE(seen_size(), known_size());
        EXPECT_GT(seen_size(), known_size() - known_size() / 4);
    }
};

TEST_F(ResizedBladeImage, GrowsWhileItIsInUseWhereTheKernelLetsIt) {
    const sys::Fd open = value_of(sys::open(root() + "/mine", O_RDWR | O_APPEND));
    export_it(true);
    if (!may_grow_in_use()) {
        EXPECT_THAT(refusal(kLarger),
                    AllOf(HasSubstr("CAP_SYS_RESOURCE"),
                          HasSubstr("'dim nfs unexport s01c1b01 granite', resize")));
        EXPECT_EQ(known_size(), kBefore);
        expect_consistent();
        value_of(sys::write_all(open, ", and more"));
        return;
    }
    value_of(resize(kLarger));
    value_of(sys::write_all(open, ""));
    EXPECT_EQ(known_size(), kLarger);
    EXPECT_GT(seen_size(), kBefore);
    EXPECT_GE(value_of(sys::stat(blade_file("s01c1b01"))).allocated, kLarger) << "reserved";
    expect_consistent();
    value_of(resize(kLarger));
    expect_consistent();
}

TEST_F(ResizedBladeImage, GrowsWhenNobodyUsesIt) {
    value_of(resize(kLarger));
    EXPECT_EQ(known_size(), kLarger);
    EXPECT_GE(value_of(sys::stat(blade_file("s01c1b01"))).allocated, kLarger) << "reserved";
    expect_consistent();
    EXPECT_EQ(value_of(store->unknown_files()), std::vector<api::UnknownFile>());
    value_of(store->unmount(blade_name("s01c1b01"), granite));
    testing::run({"e2fsck", "-f", "-n", blade_file("s01c1b01")});
}

TEST_F(ResizedBladeImage, ShrinksWhenNobodyUsesIt) {
    export_it(true);
    EXPECT_THAT(refusal(kSmaller), HasSubstr("dim nfs unexport s01c1b01 granite"));
    export_it(false);
    {
        const sys::Fd open = value_of(sys::open(root() + "/mine", O_RDWR));
        EXPECT_NE(refusal(kSmaller), "resized");
        EXPECT_NE(refusal(kLarger), "resized");
        expect_consistent();
    }
    value_of(resize(kSmaller));
    EXPECT_EQ(known_size(), kSmaller);
    expect_consistent();
    value_of(store->unmount(blade_name("s01c1b01"), granite));
    testing::run({"e2fsck", "-f", "-n", blade_file("s01c1b01")});
}

TEST_F(ResizedBladeImage, ToLessThanItHoldsIsRefused) {
    fill_image(40);
    EXPECT_THAT(refusal(kSmaller), HasSubstr("what it holds needs"));
    EXPECT_EQ(known_size(), kBefore);
    expect_consistent();
}

TEST_F(ResizedBladeImage, ToMoreThanTheDiskHasIsRefused) {
    for (const bool is_exported : {false, true}) {
        export_it(is_exported);
        EXPECT_THAT(refusal(std::uint64_t{8} << 30), HasSubstr("no space left"));
        EXPECT_EQ(known_size(), kBefore);
        expect_consistent();
    }
    reopen();
    EXPECT_THAT(store->restore_mounts(), IsEmpty());
    expect_consistent();
}

// A copy of 40 MiB is made: on a full disk that is refused before it is begun.
TEST_F(ResizedBladeImage, OnAFullDiskItStaysAsItWas) {
    value_of(resize(kLarger));
    fill_image(40);
    {
        const sys::Fd filler = value_of(sys::open(state + "/filler", O_WRONLY | O_CREAT, 0600));
        value_of(sys::allocate(filler, value_of(store->disk_space()).free - kLittle));
    }
    EXPECT_THAT(refusal(kBefore), AllOf(HasSubstr("a copy of it is made"),
                                        HasSubstr("no space left"), HasSubstr("dim blade purge")));
    EXPECT_EQ(known_size(), kLarger);
    expect_consistent();
    value_of(sys::unlink(state + "/filler"));
    value_of(resize(kBefore));
    EXPECT_EQ(known_size(), kBefore);
    expect_consistent();
}

// The checking program stands still until it is told to go on.
TEST_F(ResizedBladeImage, IsNotMountedNorExportedMeanwhile) {
    const StandInProgram program(directory.path(), "e2fsck");
    std::future<Result<void>> resized =
        std::async(std::launch::async, [&] { return resize(kSmaller); });
    program.wait_until_it_runs();
    const auto blade = blade_name("s01c1b01");
    for (const Result<void>& refused :
         {store->ensure_ready(blade, granite), store->set_exported(blade, granite, true)}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::unavailable);
        EXPECT_THAT(refused.error().message(), HasSubstr("is being resized"));
    }
    EXPECT_EQ(value_of(store->mount_state(blade, granite)), MountState::absent);
    program.let_it_go_on();
    value_of(resized.get());
    EXPECT_EQ(known_size(), kSmaller);
    export_it(true);
    expect_consistent();
}

TEST_F(ResizedBladeImage, KilledAnywhereItIsOneSizeOrTheOther) {
    kill_anywhere(
        kResizeKills,
        [&](int) {
            EXPECT_THAT(store->restore_mounts(), IsEmpty());
            value_of(resize(kLarger));
            value_of(resize(kSmaller));
        },
        [&](int) { expect_consistent(); });
}

// Killed after its file grew, and before the file system in it did.
TEST_F(ResizedBladeImage, KilledWhileItGrewItIsGrownAtTheNextStart) {
    for (const bool is_exported : {true, false}) {
        export_it(is_exported);
        {
            const sys::Fd file = value_of(sys::open(blade_file("s01c1b01"), O_RDWR));
            value_of(sys::ftruncate(file, kLarger));
        }
        reopen();
        if (is_exported && !may_grow_in_use()) {
            ASSERT_EQ(store->restore_mounts().size(), 1U);
            EXPECT_EQ(known_size(), kBefore);
            EXPECT_LT(seen_size(), kBefore) << "it can be used as it is";
            expect_whole();
            continue;
        }
        EXPECT_THAT(store->restore_mounts(), IsEmpty());
        EXPECT_EQ(known_size(), kLarger);
        expect_consistent();
    }
}

}  // namespace
}  // namespace dim::server
