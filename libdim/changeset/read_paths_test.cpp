#include "libdim/changeset/read_paths.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>

namespace dim::changeset {
namespace {

using dim::testing::value_of;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::StartsWith;

/// A tree whose directory "gone", with the file "known", is to be removed.
class NamesThatWouldGo : public ::testing::Test {
protected:
    NamesThatWouldGo() {
        value_of(sys::mkdir(directory / "gone"));
        manifest::Manifest newer;
        newer.entries.emplace_back().type = manifest::EntryType::directory;
        manifest::Manifest older = newer;
        older.entries.emplace_back().path = "gone";
        older.entries.back().type = manifest::EntryType::directory;
        older.entries.emplace_back().path = "gone/known";
        outline = outline_of(older, "from", newer, "to");
    }
    void write(const std::string& name) const {
        dim::testing::write(directory / "gone/" + name, "");
    }
    std::vector<std::string> names() const {
        const sys::Fd root = value_of(sys::open_directory(directory.path()));
        return value_of(names_that_would_go(root, outline));
    }

    const dim::testing::TemporaryDirectory directory;
    Outline outline;
};

TEST_F(NamesThatWouldGo, AreThoseThatTheTreeWasNotMadeWith) {
    write("known");
    EXPECT_TRUE(names().empty());
    write("own-b");
    write("own-a");
    EXPECT_THAT(names(), ElementsAre("gone/own-a", "gone/own-b"));
}

TEST_F(NamesThatWouldGo, AreNotAllReadOfADirectoryThatSomebodyFilled) {
    for (std::size_t i = 0; i < 2 * kNamesThatWouldGo; ++i)
        write("own-" + std::to_string(i));
    write("known");
    const std::vector<std::string> found = names();
    EXPECT_GE(found.size(), kNamesThatWouldGo);
    EXPECT_LE(found.size(), kNamesThatWouldGo + 1) << "and the one that is known";
    EXPECT_THAT(found, Each(StartsWith("gone/own-")));
    EXPECT_THAT(found, Not(Contains("gone/known")));
}

}  // namespace
}  // namespace dim::changeset
