#include "libdim/manifest/escaped_text.hpp"

#include <gtest/gtest.h>

namespace dim::manifest {
namespace {

TEST(EscapedText, RefusesWhatIsNotWrittenSo) {
    for (const char* word :
         {"a b", "a=b", "a\nb", "\\", "\\4", "\\4G", "\\0A", "\\61", "caf\xc3\xa9"})
        EXPECT_EQ(unescape(word, 100).error().code(), ErrorCode::invalid_input) << word;
    EXPECT_EQ(unescape("abc", 2).error().code(), ErrorCode::limit_exceeded);
    EXPECT_EQ(unescape("ab\\0a", 2).error().code(), ErrorCode::limit_exceeded);
}

TEST(EscapedText, KeepsEveryByte) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    EXPECT_EQ(unescape(escape(all), 256), all);
    EXPECT_EQ(escape("usr/a b\n=\\\xff"), "usr/a\\20b\\0a\\3d\\5c\\ff");
    EXPECT_EQ(unescape("", 0), "");
}

}  // namespace
}  // namespace dim::manifest
