#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "imageserver/boot_file/boot_file_store.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kUnknown = -7;

class BootFileCatalogTest : public ::testing::Test {
protected:
    static model::ImageName image(const char* name) { return *model::ImageName::parse(name); }
    static model::Generation generation(std::uint32_t number) {
        return *model::Generation::from_number(number);
    }
    static api::BootFile file(const char* path, const char* of = "granite",
                              std::uint32_t number = 1) {
        return {image(of), generation(number), path, 7, "abc", "quiet"};
    }
    Result<void> make_current(const api::BootFile& made, std::int64_t now_us,
                              const std::string& trust = "trust") {
        return catalog.make_current({made, made.generation, ""}, KernelOwner::server, trust,
                                    now_us);
    }
    Result<void> make_current(const KnownBootFile& made, std::int64_t now_us) {
        return catalog.make_current(made, KernelOwner::image, "trust", now_us);
    }
    /// The only one of it.
    api::BootFile current(const char* name) {
        const auto files = catalog.current(image(name)).value();
        EXPECT_EQ(files.size(), 1U);
        return files.at(0).file;
    }
    Result<std::int64_t> last_used(const char* path) {
        return catalog.last_used_us(path, kUnknown);
    }

    testing::TemporaryDirectory directory;
    Database database = Database::open(directory / "dim.db", boot_file_migrations()).value();
    BootFileCatalog catalog{database};
};

TEST_F(BootFileCatalogTest, KnowsWhichImagesTrustSomethingElse) {
    ASSERT_TRUE(make_current(file("granite/1/a"), 1, "old"));
    ASSERT_TRUE(make_current(file("basalt/1/a", "basalt"), 1, "new"));
    ASSERT_TRUE(make_current(file("slate/1/a", "slate"), 1, "old"));
    ASSERT_TRUE(make_current(file("slate/1/b", "slate"), 2, "new"));
    EXPECT_EQ(catalog.not_trusting("new").value(), std::vector{image("granite")});
    ASSERT_TRUE(database.transaction([](Transaction& transaction) {
        return transaction.execute("UPDATE boot_file SET trust = NULL WHERE image = 'basalt'");
    }));
    EXPECT_EQ(catalog.not_trusting("new").value(), (std::vector{image("basalt"), image("granite")}))
        << "nobody noted what a former version built";
}

TEST_F(BootFileCatalogTest, KnowsTheKernelWhereSomebodyNotedIt) {
    auto made = file("granite/1/a");
    ASSERT_TRUE(make_current(made, 1));
    EXPECT_EQ(current("granite"), made);
    made.kernel = "6.1.170";
    made.kernel_version = "#1 SMP";
    ASSERT_TRUE(make_current(made, 2));
    EXPECT_EQ(current("granite"), made);
    ASSERT_TRUE(catalog.move("granite/1/a", "basalt/1/a", 3));
    EXPECT_EQ(current("granite").kernel, "6.1.170");
}

TEST_F(BootFileCatalogTest, WhatWasReplacedInTheFutureWasReplacedNow) {
    ASSERT_TRUE(make_current(file("granite/1/a"), 1));
    ASSERT_TRUE(make_current(file("granite/1/b"), 1'000));
    ASSERT_TRUE(make_current(file("granite/1/c"), 5));
    ASSERT_TRUE(catalog.clamp(10));
    EXPECT_EQ(last_used("granite/1/a").value(), 10);
    EXPECT_EQ(last_used("granite/1/b").value(), 5);
    EXPECT_EQ(last_used("granite/1/c").value(), kForever);
}

TEST_F(BootFileCatalogTest, KnowsNothingAtFirst) {
    EXPECT_TRUE(catalog.current(image("granite"))->empty());
    EXPECT_TRUE(catalog.images()->empty());
    EXPECT_EQ(last_used("granite/1/a"), kUnknown);
    EXPECT_TRUE(catalog.forget("granite/1/a"));
}

TEST_F(BootFileCatalogTest, ANewFileReplacesThoseOfItsImageOnly) {
    ASSERT_TRUE(make_current(file("granite/1/a"), 10));
    ASSERT_TRUE(make_current(file("slate/1/a", "slate"), 11));
    ASSERT_TRUE(make_current(file("granite/1/b"), 12));
    EXPECT_EQ(current("granite"), file("granite/1/b"));
    EXPECT_EQ(last_used("granite/1/a"), 12);
    EXPECT_EQ(last_used("granite/1/b"), kForever);
    EXPECT_EQ(last_used("slate/1/a"), kForever);
    ASSERT_TRUE(make_current(file("granite/2/c", "granite", 2), 13));
    // The kernel is the server's, so whatever generation it was built for is all the same.
    EXPECT_EQ(current("granite"), file("granite/2/c", "granite", 2));
    EXPECT_EQ(last_used("granite/1/b"), 13);
}

TEST_F(BootFileCatalogTest, EachGenerationHasTheFileWithItsKernel) {
    const KnownBootFile one{file("granite/1/a"), generation(1), "mark"};
    KnownBootFile three{file("granite/3/a", "granite", 3), generation(3), "another"};
    ASSERT_TRUE(make_current(three, 10));
    ASSERT_TRUE(make_current(one, 11));
    EXPECT_EQ(last_used("granite/1/a"), kForever);
    EXPECT_EQ(last_used("granite/3/a"), kForever);
    const auto file_of = [&](std::uint32_t number) {
        const auto files = catalog.current(image("granite")).value();
        return file_for(files, generation(number))->file.path;
    };
    EXPECT_EQ(file_of(1), "granite/1/a");
    EXPECT_EQ(file_of(2), "granite/1/a");
    EXPECT_EQ(file_of(3), "granite/3/a");
    EXPECT_EQ(file_of(9), "granite/3/a");
    ASSERT_TRUE(catalog.extend("granite/3/a", generation(5), "the same"));
    const KnownBootFile newest = catalog.current(image("granite")).value().back();
    EXPECT_EQ(newest.last_generation, generation(5));
    EXPECT_EQ(newest.kernel_mark, "the same");

    three.file.path = "granite/3/b";
    ASSERT_TRUE(make_current(three, 12));
    EXPECT_EQ(last_used("granite/3/a"), 12) << "it was for the same generation";
    EXPECT_EQ(last_used("granite/1/a"), kForever);
    ASSERT_TRUE(catalog.replace("granite/1/a", 13));
    ASSERT_TRUE(catalog.replace("granite/3/a", 13));
    EXPECT_EQ(last_used("granite/1/a"), 13);
    EXPECT_EQ(last_used("granite/3/a"), 12);
    EXPECT_EQ(file_of(1), "granite/3/b") << "better than none";
    EXPECT_EQ(file_for({}, generation(1)), nullptr);
    EXPECT_EQ(catalog.images().value(), std::vector{image("granite")});
}

TEST_F(BootFileCatalogTest, AFileThatWasReplacedCanComeBack) {
    ASSERT_TRUE(make_current(file("granite/1/a"), 10));
    ASSERT_TRUE(make_current(file("granite/1/b"), 11));
    ASSERT_TRUE(make_current(file("granite/1/a"), 12));
    EXPECT_EQ(last_used("granite/1/a"), kForever);
    EXPECT_EQ(last_used("granite/1/b"), 12);
    ASSERT_TRUE(catalog.forget("granite/1/b"));
    EXPECT_EQ(last_used("granite/1/b"), kUnknown);
}

TEST_F(BootFileCatalogTest, FilesOfPlatformsAreInUseAsLongAsThoseTheyStandBeside) {
    ASSERT_TRUE(make_current(file("granite/1/a"), 1));
    const PlatformBootFile nfp{.drivers = {"nfp", "octeon_ep"}, .path = "granite/1/n"};
    const PlatformBootFile tg{.drivers = {"tg3"}, .path = "granite/1/t"};
    ASSERT_TRUE(catalog.add_platform_file("granite/1/a", tg));
    ASSERT_TRUE(catalog.add_platform_file("granite/1/a", nfp));
    ASSERT_TRUE(catalog.add_variant("granite/1/n+quiet", "granite/1/n"));
    EXPECT_EQ(catalog.platform_files("granite/1/a").value(), (std::vector{nfp, tg}));
    EXPECT_EQ(last_used("granite/1/n"), kForever);
    EXPECT_EQ(last_used("granite/1/n+quiet"), kForever);
    ASSERT_TRUE(catalog.replace_platform_files({nfp.drivers}, 5));
    EXPECT_EQ(catalog.platform_files("granite/1/a").value(), std::vector{nfp});
    EXPECT_EQ(last_used("granite/1/t"), 5);
    EXPECT_EQ(last_used("granite/1/n"), kForever);
    ASSERT_TRUE(catalog.clamp(3));
    EXPECT_EQ(last_used("granite/1/t"), 3);
    ASSERT_TRUE(make_current(file("granite/1/b"), 7));
    EXPECT_EQ(last_used("granite/1/n"), 7);
    EXPECT_EQ(last_used("granite/1/n+quiet"), 7);
    ASSERT_TRUE(catalog.forget("granite/1/n"));
    EXPECT_EQ(last_used("granite/1/n"), kUnknown);
}

TEST_F(BootFileCatalogTest, VariantsAreInUseAsLongAsTheyAreNamedAndTheirFileIs) {
    ASSERT_TRUE(make_current(file("granite/1/a"), 1));
    ASSERT_TRUE(catalog.add_variant("granite/1/x", "granite/1/a"));
    ASSERT_TRUE(catalog.add_variant("granite/1/y", "granite/1/a"));
    ASSERT_TRUE(catalog.replace_variants({"granite/1/y", "granite/1/a"}, 5));
    ASSERT_TRUE(catalog.replace_variants({"granite/1/y"}, 6));
    EXPECT_EQ(last_used("granite/1/x"), 5);
    EXPECT_EQ(last_used("granite/1/y"), kForever);
    EXPECT_EQ(last_used("granite/1/a"), kForever);
    ASSERT_TRUE(catalog.clamp(3));
    EXPECT_EQ(last_used("granite/1/x"), 3);
    ASSERT_TRUE(catalog.replace_variants({"granite/1/x"}, 7));
    EXPECT_EQ(last_used("granite/1/x"), kForever) << "named again";
    EXPECT_EQ(last_used("granite/1/y"), 7);
    ASSERT_TRUE(catalog.add_variant("granite/1/y", "granite/1/a"));
    EXPECT_EQ(last_used("granite/1/y"), kForever) << "asked for again";
    ASSERT_TRUE(make_current(file("granite/1/b"), 9));
    EXPECT_EQ(last_used("granite/1/y"), 9);
    ASSERT_TRUE(catalog.replace_variants({}, 11));
    EXPECT_EQ(last_used("granite/1/y"), 9) << "the file that it is made of went before";
    ASSERT_TRUE(make_current(file("granite/1/y"), 12));
    EXPECT_EQ(last_used("granite/1/y"), kForever) << "it is that of all";
}

TEST_F(BootFileCatalogTest, VariantsOfBeforeAreInUse) {
    const std::string old = directory / "old.db";
    {
        auto before = Database::open(old, boot_file_migrations().first(6)).value();
        ASSERT_TRUE(before.transaction([](Transaction& transaction) -> Result<void> {
            DIM_CHECK(transaction.execute("INSERT INTO boot_file (path, image, generation, bytes, "
                                          "sha256, command_line) VALUES ('granite/1/a', 'granite', "
                                          "1, 7, 'abc', 'quiet')"));
            return transaction.execute(
                "INSERT INTO boot_file_variant VALUES ('granite/1/x', 'granite/1/a')");
        }));
    }
    auto after = Database::open(old, boot_file_migrations()).value();
    EXPECT_EQ(BootFileCatalog(after).last_used_us("granite/1/x", kUnknown).value(), kForever);
}

TEST_F(BootFileCatalogTest, AreThoseOfBeforeWithoutWishes) {
    api::BootFile wished = file("granite/1/a");
    wished.wished_drivers = {"igb", "nfp"};
    wished.wished_kernel = "*-rt-*";
    ASSERT_TRUE(make_current(wished, 1));
    EXPECT_EQ(current("granite"), wished);

    // As the version before left it.
    const std::string old = directory / "old.db";
    {
        auto before = Database::open(old, boot_file_migrations().first(5)).value();
        ASSERT_TRUE(before.transaction([](Transaction& transaction) {
            return transaction.execute("INSERT INTO boot_file (path, image, generation, bytes, "
                                       "sha256, command_line, last_generation, kernel_mark) VALUES "
                                       "('granite/1/a', 'granite', 1, 7, 'abc', 'quiet', 3, 'm')");
        }));
    }
    auto after = Database::open(old, boot_file_migrations()).value();
    const auto files = BootFileCatalog(after).current(image("granite")).value();
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files.front().file, file("granite/1/a"));
    EXPECT_EQ(files.front().last_generation, generation(3));
    EXPECT_EQ(BootFileCatalog(after).last_used_us("granite/1/a", kUnknown).value(), kForever);
}

}  // namespace
}  // namespace dim::server
