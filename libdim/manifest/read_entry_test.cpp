#include "libdim/manifest/read_entry.hpp"
#include "libdim/manifest/tree_fixture.hpp"

#include <thread>

namespace dim::manifest {
namespace {

class ReadEntryTest : public ManifestTree {
protected:
    Result<std::optional<ReadEntry>> read(const std::string& name) const {
        const sys::Fd parent = sys::open_directory(root).value();
        return read_entry(parent, name, "below/" + name, sys::fstat(parent).value().device);
    }
};

TEST_F(ReadEntryTest, WhatIsNotThereIsNone) {
    EXPECT_EQ(read("none")->has_value(), false);
    EXPECT_FALSE(read("..")) << "that is no name";
}

TEST_F(ReadEntryTest, AFileOfAnotherFileSystemIsNone) {
    write("file", "x");
    const sys::Fd parent = sys::open_directory(root).value();
    EXPECT_EQ(
        read_entry(parent, "file", "file", sys::fstat(parent).value().device + 1)->has_value(),
        false);
}

// Its size grows with every look, so no two are alike.
TEST_F(ReadEntryTest, AFileThatAlwaysChangesIsNamed) {
    write("log", std::string(std::size_t{8} << 20, 'x'));
    const std::string path = root + "/log";
    const std::jthread writer([&](const std::stop_token& stop) {
        const sys::Fd file = sys::open(path, O_WRONLY | O_APPEND).value();
        while (!stop.stop_requested())
            (void)sys::write_all(file, "x");
    });
    const auto changing = read("log");
    ASSERT_FALSE(changing);
    EXPECT_EQ(changing.error().code(), ErrorCode::conflict);
    EXPECT_EQ(changing.error().message(), "below/log changes all the time while it is read");
    EXPECT_FALSE(changing.error().cure().empty());
}

TEST_F(ReadEntryTest, TellsWhatAFileHolds) {
    write("file", "tool");
    set_time("file", 1'000'000'000);
    const auto file = read("file");
    ASSERT_TRUE(file);
    const Entry& entry = (*file)->entry;
    EXPECT_EQ(entry.path, "below/file");
    EXPECT_EQ(entry.size, 4U);
    EXPECT_EQ(tls::to_hex(entry.sha256), tls::sha256("tool"));
    EXPECT_EQ(entry.modified, (sys::FileTime{.seconds = 1'000'000'000, .nanoseconds = 1}));
}

}  // namespace
}  // namespace dim::manifest
