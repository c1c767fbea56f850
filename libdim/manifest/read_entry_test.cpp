#include "libdim/manifest/read_entry.hpp"
#include "libdim/manifest/tree_fixture.hpp"

#include <thread>
#include <unistd.h>

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
    write("log", "");
    const std::string path = root + "/log";
    // To read it takes so long that somebody else has his turn.
    ASSERT_EQ(::truncate(path.c_str(), std::int64_t{128} << 20), 0);
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

TEST_F(ReadEntryTest, WhatIsKnownIsComparedAndNothingElse) {
    // As long as what is read at once, and longer.
    for (const std::size_t size : {std::size_t{4}, std::size_t{128} << 10, std::size_t{300'000}}) {
        SCOPED_TRACE(size);
        const std::string text(size, 'x');
        // No digest of that text, so that it shows where it comes from.
        const KnownContent known{.text = text, .digest = {1, 2, 3}};
        const auto digest_of = [&](const std::string& content) {
            write("file", content);
            const sys::Fd parent = sys::open_directory(root).value();
            return (*read_entry(parent, "file", "file", sys::fstat(parent)->device, Content::read,
                                UINT64_MAX, &known))
                ->entry.sha256;
        };
        EXPECT_EQ(digest_of(text), known.digest);
        std::string other = text;
        other.back() = 'y';
        for (const std::string& content :
             {other, text + "x", text.substr(1), std::string(), "y" + text.substr(1)})
            EXPECT_EQ(tls::to_hex(digest_of(content)), tls::sha256(content)) << content.size();
    }
}

}  // namespace
}  // namespace dim::manifest
