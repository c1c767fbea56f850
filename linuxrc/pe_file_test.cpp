#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "linuxrc/pe_file.hpp"
#include "linuxrc/pe_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::linuxrc {
namespace {

using ::testing::HasSubstr;

TEST(PeFile, GetsSectionsBehindItsOwn) {
    const std::string made =
        add_pe_sections(testing::pe_program(),
                        {{.name = ".cmdline", .contents = "quiet", .room = 600},
                         {.name = ".linux", .contents = "kernel"}})
            .value();
    EXPECT_EQ(pe_section(made, ".text").value(), "code");
    EXPECT_EQ(pe_section(made, ".cmdline").value(), "quiet");
    EXPECT_EQ(pe_section(made, ".linux").value(), "kernel");
    EXPECT_EQ(pe_section(made, ".initrd").error().code(), ErrorCode::not_found);
    EXPECT_EQ(made.size(), 1024U + 512 + 1024 + 512) << "padded to 512, and no symbols";
    EXPECT_EQ(made.find("symbols"), std::string::npos);
}

/// An independent reader.
TEST(PeFile, IsReadByObjdump) {
    const dim::testing::TemporaryDirectory directory;
    const std::string made =
        add_pe_sections(testing::pe_program(),
                        {{.name = ".cmdline", .contents = "quiet", .room = 600},
                         {.name = ".linux", .contents = "kernel"}})
            .value();
    ASSERT_TRUE(sys::write_file_atomically(directory / "program", made));
    const std::string told =
        sys::run({"objdump", "-p", "-h", directory / "program"}, std::chrono::seconds(30))
            .value()
            .output;
    EXPECT_THAT(told, HasSubstr("file format pei-x86-64"));
    // After .text at 0x4000: pages of their own.
    EXPECT_THAT(told, ::testing::ContainsRegex("\\.cmdline +00000005 +0000000000005000"));
    EXPECT_THAT(told, ::testing::ContainsRegex("\\.linux +00000006 +0000000000006000"));
    EXPECT_THAT(told, ::testing::ContainsRegex("SizeOfImage\t+0+6200"));
    EXPECT_THAT(told, ::testing::ContainsRegex("CheckSum\t+0+\n"));
}

TEST(PeFile, TakesOtherContentsWhereThereIsRoom) {
    const std::string made =
        add_pe_sections(testing::pe_program(),
                        {{.name = ".cmdline", .contents = "quiet", .room = 600}})
            .value();
    const std::string longer = replace_pe_section(made, ".cmdline", std::string(1024, 'x')).value();
    EXPECT_EQ(pe_section(longer, ".cmdline").value(), std::string(1024, 'x'));
    EXPECT_EQ(replace_pe_section(longer, ".cmdline", "quiet").value(), made) << "nothing is left";
    EXPECT_EQ(replace_pe_section(made, ".cmdline", std::string(1025, 'x')).error().code(),
              ErrorCode::limit_exceeded);
    EXPECT_EQ(replace_pe_section(made, ".linux", "").error().code(), ErrorCode::not_found);
}

TEST(PeFile, RefusesWhatIsNoneOrDamaged) {
    const std::vector<PeSection> one{{.name = ".linux", .contents = "kernel"}};
    const std::string good = testing::pe_program();
    for (std::size_t size = 0; size < 1536; ++size)
        EXPECT_FALSE(add_pe_sections(std::string_view(good).substr(0, size), one)) << size;
    // No MZ, far away headers, no PE, 32 bits, many sections, alignments of 0, headers beyond the
    // end, a section beyond the end.
    for (const auto& [place, value] : {std::pair<std::size_t, char>{0, 'X'},
                                       {0x3f, '\x7f'},
                                       {0x80, 'X'},
                                       {0x99, '\1'},
                                       {0x87, '\x7f'},
                                       {0xb9, '\0'},
                                       {0xbd, '\0'},
                                       {0xd7, '\x7f'},
                                       {0x19f, '\x7f'}}) {
        std::string bad = good;
        bad[place] = value;
        EXPECT_EQ(add_pe_sections(bad, one).error().code(), ErrorCode::invalid_input) << place;
    }
    const std::vector<PeSection> many(20, {.name = ".linux", .contents = "kernel"});
    EXPECT_THAT(add_pe_sections(good, many).error().message(), HasSubstr("no room"));
}

}  // namespace
}  // namespace dim::linuxrc
