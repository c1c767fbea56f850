#include "imageserver/master/machine_list.hpp"
#include "imageserver/master/remote_samples.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using samples::listed;

Result<MachineList> read(std::string_view text, ListReader::Limits limits = {},
                         const sys::TreeFilter& filter = {}) {
    ListReader reader(limits);
    // Pieces end anywhere.
    for (; text.size() > 7; text.remove_prefix(7))
        DIM_CHECK(reader.feed(text.substr(0, 7)));
    DIM_CHECK(reader.feed(text));
    return std::move(reader).finish(filter);
}

std::vector<std::string> paths_of(const MachineList& list) {
    std::vector<std::string> paths;
    for (const ListedName& name : list.names)
        paths.push_back(name.path);
    return paths;
}

const std::string kTitle = listed("dim-list 1 1700000000");
const std::string kRoot = listed("d 4096 65024 2 1600000000.0000000000 1600000001.5000000000 .");
const std::string kEnd = listed("end 0");
std::string file(const std::string& path) {
    return listed("f 3 65024 7 1600000002.1234567890 1600000003.0000000010 ./" + path);
}

TEST(MachineList, HasWhatTheMachineTold) {
    const MachineList list = read(samples::machine_list()).value();
    EXPECT_EQ(list.began, 1'700'000'000);
    EXPECT_EQ(list.bytes, samples::machine_list().size());
    EXPECT_THAT(paths_of(list), ElementsAre("", "etc", "etc/a b\nc", "etc/motd", "etc/old"));
    EXPECT_EQ(list.names.at(3), (ListedName{.path = "etc/motd",
                                            .type = S_IFREG,
                                            .size = 12,
                                            .device = 65024,
                                            .inode = 14,
                                            .modified = {1'600'000'000, 123'456'789},
                                            .changed = {1'600'000'001, 5}}));
    // Before 1970 find counts seconds down and nanoseconds up.
    EXPECT_EQ(list.names.at(4).modified, (sys::FileTime{-31'536'000, 500'000'000}));
}

TEST(MachineList, ThatIsCutShortIsNone) {
    const std::string whole = samples::machine_list();
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(read(whole.substr(0, size))) << size;
    EXPECT_THAT(to_string(read(whole.substr(0, whole.size() - 1)).error()),
                HasSubstr("cut short after 5 names"));
    ListReader reader({});
    ASSERT_TRUE(reader.feed(kTitle + kRoot));
    EXPECT_FALSE(reader.status());
    ASSERT_TRUE(reader.feed(listed("end 1")));
    EXPECT_EQ(reader.status(), 1);
}

TEST(MachineList, IsNotBelieved) {
    for (const std::string& bad :
         {listed("Welcome!") + kRoot + kEnd, kTitle + kEnd, kTitle + file("a") + kEnd,
          kTitle + kRoot + file("../a") + kEnd, kTitle + kRoot + file("a/b") + kEnd,
          kTitle + kRoot + file("a") + file("a/b") + kEnd,
          kTitle + kRoot + listed("f 3 1 2 3.0 4.0 /etc/passwd") + kEnd,
          kTitle + kRoot + listed("f -3 1 2 3.0 4.0 ./a") + kEnd,
          kTitle + kRoot + listed("f 3 1 2 3.x 4.0 ./a") + kEnd,
          kTitle + kRoot + listed("file 3 1 2 3.0 4.0 ./a") + kEnd,
          kTitle + kRoot + listed("f 3 1 2 3.0") + kEnd, kTitle + kRoot + listed("end 256"),
          kTitle + kRoot + kEnd + file("a"), kTitle + kRoot + kEnd + kEnd,
          kTitle + listed("f 3 1 2 3.0 4.0 .") + kEnd})
        EXPECT_EQ(read(bad).error().code(), ErrorCode::invalid_input) << bad;
    EXPECT_THAT(to_string(read(listed("Welcome\x1b!")).error()),
                HasSubstr("'Welcome?!' (its shell must say nothing by itself"));
}

TEST(MachineList, IsBounded) {
    EXPECT_FALSE(read(kTitle + std::string(5000, 'x')));
    EXPECT_FALSE(read(kTitle + kRoot + file(std::string(4000, 'x')) + kEnd)) << "a name of 4000";
    const std::string three = kTitle + kRoot + file("a") + file("b") + kEnd;
    EXPECT_TRUE(read(three, {.names = 3}));
    EXPECT_EQ(read(three, {.names = 2}).error().code(), ErrorCode::limit_exceeded);
    EXPECT_EQ(read(three, {.names = 3, .bytes = three.size() - 1}).error().code(),
              ErrorCode::limit_exceeded);
}

TEST(MachineList, LeavesOut) {
    const std::string two = kTitle + kRoot + kRoot + listed("d 0 1 2 3.0 4.0 ./proc") +
                            listed("d 0 1 3 3.0 4.0 ./proc/1") +
                            listed("s 0 1 3 3.0 4.0 ./socket") + file("proc/1/maps") + kEnd;
    const sys::TreeFilter filter{
        .leaves_out = [](const std::string& path) { return path == "proc/1"; }, .enters = {}};
    EXPECT_THAT(paths_of(read(two, {}, filter).value()), ElementsAre("", "proc"));
    // As of a disk that is mounted below what find left out.
    EXPECT_THAT(
        paths_of(read(kTitle + kRoot + listed("d 0 1 2 3.0 4.0 ./proc") + file("proc/1/a/b") + kEnd,
                      {}, filter)
                     .value()),
        ElementsAre("", "proc"));
    EXPECT_THAT(read(kTitle + kRoot + kEnd).value().names, ::testing::SizeIs(1));
}

}  // namespace
}  // namespace dim::server
