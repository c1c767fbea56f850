#include "libdim/base/text.hpp"
#include "libdim/manifest/lines.hpp"
#include "libdim/manifest/manifest_samples.hpp"
#include "libdim/manifest/manifest_text.hpp"

#include <algorithm>

#include <gmock/gmock.h>

namespace dim::manifest {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kZeros =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// BODY as a whole file.
std::string whole(std::string_view body) {
    std::string text = "dim-manifest 1\n" + std::string(body);
    append_end(text, static_cast<std::size_t>(std::ranges::count(body, '\n')));
    return text;
}

TEST(ManifestText, RefusesEntriesThatAreWrong) {
    const std::string hash(kZeros);
    const std::string linked = "f 0644 0 0 1.000000000 1 " + hash + " =link=";
    for (const auto& [line, cause] : std::vector<std::pair<std::string, std::string>>{
             {"", "path"},
             {"a", "type"},
             {"a x 0644 0 0 1.000000000", "'x' is no type"},
             {"a p 644 0 0 1.000000000", "mode"},
             {"a p 10000 0 0 1.000000000", "10000"},
             {"a p 0644 -1 0 1.000000000", "owner"},
             {"a p 0644 00 0 1.000000000", "owner"},
             {"a p 0644 0 4294967296 1.000000000", "group"},
             {"a p 0644 0 0 1", "no time"},
             {"a p 0644 0 0 -0.000000000", "should be 0"},
             {"a p 0644 0 0 1.00000000x", "not a number"},
             {"a p 0644 0 0 1.000000000 ", "attribute"},
             {"a f 0644 0 0 1.000000000 1", "digest"},
             {"a f 0644 0 0 1.000000000 1 abc", "no SHA-256"},
             {"a l 0777 0 0 1.000000000", "target"},
             {"a l 0777 0 0 1.000000000 \\00", "NUL"},
             {"a c 0777 0 0 1.000000000 1", "minor"},
             {"a p 0644 0 0 1.000000000 user.x", "attribute"},
             {"a p 0644 0 0 1.000000000 =x", "attribute"},
             {"a p 0644 0 0 1.000000000 u.b=1 u.a=1", "order"},
             {"a p 0644 0 0 1.000000000 u.a=1 u.a=1", "order"},
             {"a p 0644 0 0 1.000000000 =link=0", "link group 0"},
             {"a p 0644 0 0 1.000000000 =link=2", "link group 1"},
             {"a d 0755 0 0 1.000000000 =link=1", "directory"},
             {"/a p 0644 0 0 1.000000000", "no path"},
             {"a/ p 0644 0 0 1.000000000", "no path"},
             {"a//b p 0644 0 0 1.000000000", "no path"},
             {"../a p 0644 0 0 1.000000000", "no path"},
             {"a/./b p 0644 0 0 1.000000000", "no path"},
             {"a\\00 p 0644 0 0 1.000000000", "no path"},
         }) {
        const auto parsed = parse_manifest(whole(line + "\n"));
        ASSERT_FALSE(parsed) << line;
        EXPECT_THAT(parsed.error().message(), HasSubstr("line 2: ")) << line;
        EXPECT_THAT(parsed.error().message(), HasSubstr(cause)) << line;
    }
    EXPECT_THAT(parse_manifest(whole("a " + linked + "1\n")).error().message(),
                HasSubstr("one name only"));
    EXPECT_THAT(parse_manifest(
                    whole("a " + linked + "1\nb f 0600 0 0 1.000000000 1 " + hash + " =link=1\n"))
                    .error()
                    .message(),
                HasSubstr("line 3: it differs"));
    for (const char* second : {"a", "b"})
        EXPECT_THAT(parse_manifest(whole("b p 0644 0 0 1.000000000\n" + std::string(second) +
                                         " p 0644 0 0 1.000000000\n"))
                        .error()
                        .message(),
                    HasSubstr("line 3: the path should come before"));
}

TEST(ManifestText, RefusesDamageAtEveryByte) {
    const std::string text = to_text(samples::every_type());
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(parse_manifest(std::string_view(text).substr(0, size))) << size;
    for (std::size_t place = 0; place < text.size(); ++place) {
        std::string damaged = text;
        damaged[place] = static_cast<char>(damaged[place] ^ 1);
        EXPECT_FALSE(parse_manifest(damaged)) << place;
    }
    EXPECT_FALSE(parse_manifest(text + "\n"));
    EXPECT_FALSE(parse_manifest(text + text));
}

TEST(ManifestText, RefusesAnotherFormat) {
    std::string text = "dim-manifest 2\n";
    append_end(text, 0);
    EXPECT_THAT(parse_manifest(text).error().message(), HasSubstr("newer DIM"));
}

TEST(ManifestText, KeepsEverything) {
    const Manifest manifest = samples::every_type();
    const std::string text = to_text(manifest);
    const auto parsed = parse_manifest(text);
    ASSERT_TRUE(parsed) << to_string(parsed.error());
    EXPECT_EQ(*parsed, manifest);
    EXPECT_EQ(std::ranges::count(text, '\n'), manifest.entries.size() + 2);
    EXPECT_EQ(parse_manifest(to_text(Manifest{})), Manifest{});
}

TEST(ManifestText, OneDigestIsOneTree) {
    const Manifest manifest = samples::every_type();
    EXPECT_EQ(digest_of(to_text(manifest)), digest_of(to_text(samples::every_type())));
    EXPECT_EQ(digest_of(to_text(manifest)).size(), 64U);
    Manifest other = manifest;
    other.entries.front().mode = 0700;
    EXPECT_NE(digest_of(to_text(manifest)), digest_of(to_text(other)));
}

}  // namespace
}  // namespace dim::manifest
