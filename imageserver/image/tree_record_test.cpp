#include "imageserver/image/tree_record.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TreeRecordTest : public ::testing::Test {
protected:
    TreeRecordTest() {
        EXPECT_TRUE(sys::ensure_directory(directory / "tree/lost+found"));
        write("tree/file", "text");
    }
    void write(const std::string& name, std::string_view text) const {
        EXPECT_TRUE(sys::write_file_atomically(directory / name, text));
    }
    sys::Fd root() const { return sys::open_directory(directory / "tree").value(); }
    TreeRecord recorded() const { return read_tree_record(stem).value().value(); }

    dim::testing::TemporaryDirectory directory;
    const std::string stem = directory / "shared";
};

TEST_F(TreeRecordTest, OfATimeBeforeManifestsIsNone) {
    EXPECT_EQ(read_tree_record(stem).value().has_value(), false);
}

TEST_F(TreeRecordTest, ADamagedManifestIsNamedWithACure) {
    ASSERT_TRUE(record_tree(root(), stem, {}));
    const std::string text = sys::read_file(stem + ".manifest").value();
    write("shared.manifest", text.substr(0, text.size() / 2));
    const auto damaged = read_tree_record(stem);
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().code(), ErrorCode::invalid_input);
    EXPECT_THAT(damaged.error().message(), ::testing::StartsWith(stem + ".manifest: "));
    EXPECT_FALSE(damaged.error().cure().empty());
}

TEST_F(TreeRecordTest, ADamagedCacheCostsTimeOnly) {
    ASSERT_TRUE(record_tree(root(), stem, {}));
    EXPECT_EQ(recorded().tree.cache.size(), 2U);
    write("shared.cache", "damaged");
    EXPECT_THAT(recorded().tree.cache, IsEmpty());
    EXPECT_THAT(check_tree(root(), recorded()).value(), IsEmpty());
    ASSERT_TRUE(sys::unlink(stem + ".cache"));
    EXPECT_THAT(recorded().tree.cache, IsEmpty());
}

TEST_F(TreeRecordTest, ReplacesNoRecord) {
    ASSERT_TRUE(record_tree(root(), stem, {}));
    EXPECT_EQ(record_tree(root(), stem, {}).error().code(), ErrorCode::already_exists);
}

TEST_F(TreeRecordTest, FindsWhatWasChanged) {
    ASSERT_TRUE(record_tree(root(), stem, {}));
    EXPECT_THAT(check_tree(root(), recorded()).value(), IsEmpty());
    write("tree/lost+found/1234", "what fsck has found");
    EXPECT_THAT(check_tree(root(), recorded()).value(), IsEmpty());
    ASSERT_TRUE(sys::chmod(directory / "tree/file", 0600));
    const auto differences = check_tree(root(), recorded()).value();
    EXPECT_THAT(differences, ElementsAre(manifest::Difference{
                                 "file", manifest::DifferenceKind::metadata, {"mode"}}));
}

}  // namespace
}  // namespace dim::server
