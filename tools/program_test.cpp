#include "libdim/sys/atomic_write.hpp"
#include "libdim/testing/source_directory.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/running_program.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// The built `dim` without a daemon, on the examples.
namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::size_t count_lines(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

std::size_t count(const std::string& text, const std::string& word) {
    std::size_t found = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++found;
    return found;
}

TEST(Program, ARangeThatMatchesNothingFails) {
    const Ran ran = run_dim_on("marenostrum.xml", {"cluster", "names", "s44"});
    EXPECT_EQ(ran.code, 1);
    EXPECT_THAT(ran.output, StartsWith("dim: "));
    EXPECT_THAT(ran.output, HasSubstr("43"));
    EXPECT_EQ(run_dim_on("marenostrum.xml", {"cluster", "names", "s01@s02"}).code, 1);
}

TEST(Program, WhatNeedsTheDaemonRefusesAFile) {
    const Ran state = run_dim_on("marenostrum.xml", {"cluster", "names", "state=failed"});
    EXPECT_EQ(state.code, 2);
    EXPECT_THAT(state.output, HasSubstr("only the daemon knows the state of a blade"));
    const Ran assign = run_dim_on("marenostrum.xml", {"dhcp", "assign", "s01", "granite"});
    EXPECT_EQ(assign.code, 2);
    EXPECT_THAT(assign.output, HasSubstr("'dim dhcp assign' reads no cluster definition"));
}

TEST(Program, StandardInputIsReadOnceAllWordsAreRight) {
    const auto import_from = [](const std::string& before, const std::string& architecture) {
        return run_program({"bash", "-c",
                            before +
                                DIM_PROGRAM " --socket /nowhere image import granite - --arch " +
                                architecture});
    };
    const Ran nothing = import_from("true | ", "ppc64");
    EXPECT_EQ(nothing.code, 2);
    EXPECT_THAT(nothing.output, HasSubstr("nothing on standard input"));
    const Ran wrong = import_from("true | ", "vax");
    EXPECT_EQ(wrong.code, 2);
    EXPECT_THAT(wrong.output, HasSubstr("vax"));
    const Ran archive = import_from("echo archive | ", "ppc64");
    EXPECT_THAT(archive.output, HasSubstr("/nowhere")) << "the daemon is asked";
}

TEST(Program, AnErrorHasItsLineAndCure) {
    const dim::testing::TemporaryDirectory directory;
    const std::string file = directory / "bad.xml";
    ASSERT_TRUE(sys::write_file_atomically(
        file, "<cluster xmlns=\"urn:dim:cluster:1\" name=\"x\">\n<blad/>\n</cluster>\n"));
    const Ran ran = run_program({DIM_PROGRAM, "--cluster", file, "cluster", "check"});
    EXPECT_EQ(ran.code, 1);
    EXPECT_THAT(ran.output, StartsWith("dim: " + file + ":2: "));
    EXPECT_EQ(count_lines(ran.output), 2U) << ran.output;  // the cure
}

TEST(Program, HistoricalNamesTakeTheImageFirst) {
    const std::string program = DIM_PROGRAM;
    const std::string historical = program.substr(0, program.rfind('/')) + "/dim_image";
    EXPECT_EQ(run_program({historical, "create", "granite"}).code, 2);
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"create", "granite", "s01", "s02"},
          {"delete", "granite", "--all"},
          {"list", "--blades"}}) {
        std::vector<std::string> line{historical, "--socket", "/nonexistent/api.sock"};
        line.insert(line.end(), words.begin(), words.end());
        const Ran ran = run_program(line);
        EXPECT_EQ(ran.code, 3) << ran.output;
    }
}

TEST(Program, WithoutADaemonItSaysSo) {
    const Ran ran =
        run_program({DIM_PROGRAM, "--socket", "/nonexistent/api.sock", "cluster", "names", "all"});
    EXPECT_EQ(ran.code, 3);
    EXPECT_THAT(ran.output, HasSubstr("no image-server daemon answers"));
}

TEST(Program, EveryExampleIsSound) {
    for (const std::string file :
         {"mini.xml", "pcs.xml", "marenostrum.xml", "flat.xml", "7000.xml"}) {
        const Ran ran = run_dim_on(file, {"cluster", "check"});
        EXPECT_EQ(ran.code, 0) << file << ": " << ran.output;
        EXPECT_THAT(ran.output, HasSubstr(": no errors\n")) << file;
    }
    EXPECT_THAT(run_dim_on("marenostrum.xml", {"cluster", "check", "--json"}).output,
                HasSubstr(R"("blades":2406,)"));
}

TEST(Program, MarenostrumHas2406Blades) {
    const Ran json = run_dim_on("marenostrum.xml", {"cluster", "names", "s[1-43]", "--json"});
    EXPECT_EQ(json.code, 0);
    EXPECT_EQ(count(json.output, R"("role":"blade")"), 2406U);
    const Ran lines = run_dim_on("marenostrum.xml", {"cluster", "names", "s[1-43]"});
    EXPECT_EQ(count_lines(lines.output), 2406U);
    EXPECT_THAT(lines.output, StartsWith("s01c1b01\ns01c1b02\n"));
}

TEST(Program, LinearAndCoordinateNamesAreTheSame) {
    const auto names = [](std::vector<std::string> words) {
        words.insert(words.begin(), {"cluster", "names"});
        return run_dim_on("marenostrum.xml", words).output;
    };
    EXPECT_EQ(names({"mm90"}), "s23c2mm\n");
    EXPECT_EQ(names({"s23c2mm", "--linear"}), "mm90\n");
    EXPECT_EQ(names({"s1c2b14", "--linear"}), "b28\n");
    EXPECT_EQ(names({"s1c1b1", "b1", "s01c1b01"}), "s01c1b01\n");
    EXPECT_EQ(names({"b[1-28]", "--fold"}), "s01c[1-2]b[01-14]\n");
    EXPECT_EQ(names({"s01c1", "--", "-s01c1b[02-14]"}), "s01c1b01\n");
    EXPECT_EQ(names({"s01c1,-s01c1b[02-14]"}), "s01c1b01\n");
    EXPECT_THAT(names({"b1", "--addresses"}), HasSubstr("s01c1b01"));
}

TEST(Program, ExplainsWhereAValueComesFrom) {
    const Ran ran = run_dim_on("marenostrum.xml", {"cluster", "explain", "b1"});
    EXPECT_EQ(ran.code, 0) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr("name: s01c1b01\n"));
    EXPECT_THAT(ran.output, HasSubstr("marenostrum.xml:"));
    EXPECT_EQ(run_dim_on("marenostrum.xml", {"cluster", "explain", "s99"}).code, 1);
}

TEST(Program, NothingDiffersFromItself) {
    const Ran ran = run_dim_on(
        "marenostrum.xml",
        {"cluster", "diff", testing::source_directory() + "/docs/examples/marenostrum.xml"});
    EXPECT_EQ(ran.code, 0);
    EXPECT_EQ(ran.output, "no difference\n");
}

TEST(Program, OneServersConfigurationHoldsOnlyItsBlades) {
    const Ran one = run_dim_on("marenostrum.xml", {"dhcp", "render", "--server", "s01"});
    EXPECT_EQ(one.code, 0) << one.output;
    EXPECT_THAT(one.output, HasSubstr("s01c1b01"));
    EXPECT_THAT(one.output, ::testing::Not(HasSubstr("s02c1b01")));
    EXPECT_EQ(run_dim_on("marenostrum.xml", {"dhcp", "render", "--backend", "dnsmasq"}).code, 2);
    EXPECT_EQ(run_dim_on("marenostrum.xml", {"dns", "render", "--zone", "nowhere"}).code, 1);
}

}  // namespace
}  // namespace dim::tool
