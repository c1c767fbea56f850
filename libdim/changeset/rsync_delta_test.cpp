#include "libdim/changeset/rsync_delta.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace dim::changeset {
namespace {

using dim::testing::value_of;

class RsyncDelta : public ::testing::Test {
protected:
    sys::Fd file(const std::string& name, const std::string& text) const {
        dim::testing::write(directory / name, text);
        return value_of(sys::open(directory / name, O_RDONLY));
    }
    static Result<std::string> apply(const sys::Fd& older, std::string delta, std::uint64_t size) {
        std::string made;
        DIM_CHECK(apply_delta(
            older,
            [&](std::span<char> buffer) -> Result<std::size_t> {
                // Little at a time, as a pipe may give it.
                const std::size_t count =
                    delta.copy(buffer.data(), std::min<std::size_t>(buffer.size(), 3));
                delta.erase(0, count);
                return count;
            },
            size,
            [&](std::string_view bytes) -> Result<void> {
                made += bytes;
                return {};
            }));
        return made;
    }
    static std::string lines(int count) {
        std::string text;
        for (int i = 0; i < count; ++i)
            text += "line " + std::to_string(i * 7919) + "\n";
        return text;
    }

    dim::testing::TemporaryDirectory directory;
};

TEST_F(RsyncDelta, OfWhatIsNearlyTheSameIsShort) {
    const std::string old = lines(20000);
    const std::string wanted =
        old.substr(0, 1000) + "inserted" + old.substr(1000, 90000) + old.substr(95000) + "appended";
    const sys::Fd base = file("old", old);
    const auto delta = value_of(make_delta(base, file("new", wanted), wanted.size()));
    ASSERT_TRUE(delta);
    EXPECT_LT(delta->size(), wanted.size() / 20);
    EXPECT_EQ(value_of(apply(base, *delta, wanted.size())), wanted);
    EXPECT_FALSE(apply(base, *delta, wanted.size() - 1));
    EXPECT_FALSE(apply(base, *delta, wanted.size() + 1));
    EXPECT_FALSE(apply(base, delta->substr(0, delta->size() / 2), wanted.size()));
    EXPECT_FALSE(apply(base, "x" + *delta, wanted.size()));
}

TEST_F(RsyncDelta, OneThatIsTooLongIsNone) {
    const sys::Fd base = file("old", lines(1000));
    EXPECT_FALSE(value_of(make_delta(base, file("new", std::string(50000, 'x') + lines(9)), 100)));
}

TEST_F(RsyncDelta, OfEmptyFiles) {
    const sys::Fd empty = file("empty", "");
    const sys::Fd full = file("full", "abc");
    EXPECT_EQ(value_of(apply(full, *value_of(make_delta(full, empty, 1000)), 0)), "");
    EXPECT_EQ(value_of(apply(empty, *value_of(make_delta(empty, full, 1000)), 3)), "abc");
}

}  // namespace
}  // namespace dim::changeset
