#include "imageserver/boot_file/boot_file_store.hpp"
#include "imageserver/image/image_store_test_fixture.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/testing/kill_at_call.hpp"
#include "libdim/tls/sha256.hpp"
#include "linuxrc/elf_fixture.hpp"

#include <future>
#include <set>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::HasSubstr;
using testing::image_name;
using testing::run;
using ::testing::SizeIs;
using testing::value_of;

/// Boot files of an imported image, with a kit that only puts its inputs one behind the other.
class BootFileStoreTest : public testing::ImageStoreTest {
protected:
    BootFileStoreTest() {
        import();
        testing::write(directory / "assemble",
                       "#!/bin/sh\n{ echo kernel; cat \"$1\"; printf %s \"$3\"; "
                       "head -c $((2048 - ${#3})) /dev/zero; } >\"$2\"\n",
                       0755);
        value_of(sys::ensure_directory(directory / "agents/ppc64"));
        testing::write(agent(), linuxrc::testing::static_program());
        reopen_files();
    }

    std::string agent() const { return directory / "agents/ppc64/initagent"; }
    void reopen_files() {
        files.reset();
        store.reset();
        database.reset();
        database = std::make_unique<Database>(value_of(Database::open(
            directory / "dim.db", testing::with_image_migrations(boot_file_migrations()))));
        store = std::make_unique<ImageStore>(value_of(ImageStore::open(
            {.state_directory = state, .tables_with_images = {"boot_file"}}, *database)));
        files.emplace(value_of(BootFileStore::open(
            {.state_directory = state,
             .materials = {.kernel_kit = directory.path(), .agents = directory / "agents"},
             .authorities = [this] { return authorities; },
             .server = blade_name("is01")},
            *database, *store)));
    }
    Result<api::BootFile> build(std::vector<std::string> options = {},
                                std::optional<std::string> ramdisk = {}) {
        return files->build({granite, std::move(options), std::move(ramdisk)}, quiet());
    }
    /// What there is below the generation.
    std::vector<std::string> built(const std::string& generation = "1") const {
        return value_of(sys::list_names(files->directory() + "/granite/" + generation));
    }
    std::string path_of(const api::BootFile& file) const {
        return files->directory() + "/" + file.path;
    }
    /// As if everything had happened an hour and a half ago.
    void wait_ninety_minutes() {
        constexpr std::int64_t kWaitUs = std::int64_t{90} * 60 * 1'000'000;
        value_of(database->transaction([&](Transaction& transaction) -> Result<void> {
            for (const char* table : {"boot_file", "boot_file_variant"})
                DIM_CHECK(transaction.execute("UPDATE " + std::string(table) +
                                                  " SET replaced_us = replaced_us - ?1",
                                              kWaitUs));
            return {};
        }));
        run({"sh", "-c",
             "find " + files->directory() +
                 " -mindepth 2 -maxdepth 3 -exec touch -d '90 minutes "
                 "ago' {} +"});
    }

    std::string authorities = linuxrc::testing::kCertificate;
    std::optional<BootFileStore> files;
};

TEST_F(BootFileStoreTest, AreNotBuiltFromWhatCannotWork) {
    EXPECT_EQ(files->build({image_name("other"), {}, {}}, quiet()).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(build({"two words"}).error().code(), ErrorCode::invalid_input);
    EXPECT_THAT(build({"quiet", "dim.vlan=4095"}).error().message(), HasSubstr("dim.vlan=4095: "));
    EXPECT_THAT(build({"dim.bond=lacp"}).error().message(), HasSubstr("dim.bond=lacp: "));
    EXPECT_EQ(build({}, "squashfs").error().code(), ErrorCode::invalid_input);
    testing::write(agent(), "#!/bin/sh\n");
    EXPECT_THAT(to_string(build().error()), HasSubstr("agent"));
    value_of(sys::unlink(agent()));
    EXPECT_EQ(build().error().code(), ErrorCode::not_found);
    EXPECT_EQ(value_of(files->current(granite)), std::nullopt);
}

TEST_F(BootFileStoreTest, AreNamedAfterWhatIsInThem) {
    const api::BootFile file = value_of(build({"quiet"}));
    const std::string bytes = value_of(sys::read_file(path_of(file)));
    EXPECT_EQ(file.sha256, tls::sha256(bytes));
    EXPECT_EQ(file.path, "granite/1/ppc64-" + file.sha256.substr(0, 8) + "/zImage");
    EXPECT_EQ(file.bytes, bytes.size());
    EXPECT_EQ(file.command_line, "console=hvc0 dim.server-name=is01 quiet");
    EXPECT_EQ(file.kernel, std::nullopt) << "an old kit does not tell";
    EXPECT_EQ(value_of(files->current(granite)), file);
    // tftpd runs as another user.
    EXPECT_EQ(value_of(sys::stat(path_of(file))).mode & 0777, 0644U);
    EXPECT_EQ(value_of(sys::stat(files->directory() + "/granite")).mode & 0777, 0755U);
    EXPECT_FALSE(sys::stat(state + "/boot-work"));
}

TEST_F(BootFileStoreTest, AreOfTheKernelOfTheKit) {
    testing::write(directory / "kernel-release", "6.1.170\n");
    EXPECT_EQ(value_of(build()).kernel, "6.1.170");
    EXPECT_EQ(value_of(files->current(granite))->kernel, "6.1.170");
}

TEST_F(BootFileStoreTest, AreBuiltAnewWhenOtherAuthoritiesAreToBeTrusted) {
    EXPECT_EQ(files->rebuild(granite, quiet()).error().code(), ErrorCode::not_found);
    for (const char* kind : {"initrd", "initramfs"}) {
        const api::BootFile old = value_of(build({"quiet", "dim.on-failure=reboot"}, kind));
        EXPECT_THAT(value_of(files->outdated()), SizeIs(0));
        authorities += linuxrc::testing::kCertificate;
        EXPECT_THAT(value_of(files->outdated()), ::testing::ElementsAre(granite));
        value_of(files->rebuild(granite, quiet()));
        const api::BootFile made = value_of(files->current(granite)).value();
        EXPECT_NE(made.sha256, old.sha256);
        EXPECT_EQ(made.command_line, old.command_line);
        EXPECT_EQ(value_of(files->current(granite)), made);
        EXPECT_THAT(value_of(files->outdated()), SizeIs(0));
        EXPECT_EQ(value_of(build({"quiet", "dim.on-failure=reboot"}, kind)), made);
    }
}

TEST_F(BootFileStoreTest, OfTheServersKernelAreForAllGenerations) {
    const api::BootFile file = value_of(build());
    testing::write(tree + "/usr/bin/new", "program");
    value_of(
        store->update_image({.name = granite, .source = {}, .label = {}, .shared = {}}, quiet()));
    EXPECT_THAT(value_of(files->unrenewed()), SizeIs(0));
    EXPECT_THAT(value_of(files->renew(granite, quiet())).made, SizeIs(0));
    EXPECT_EQ(value_of(files->current(granite)), file);
    const api::BootFile other = value_of(build({"quiet"}));
    EXPECT_EQ(other.generation.number(), 2U);
    for (const std::uint32_t generation : {1U, 2U})
        EXPECT_EQ(value_of(files->of_generation(granite, number(generation))), other);
}

TEST_F(BootFileStoreTest, ThatWereLostComeBack) {
    const api::BootFile file = value_of(build({"quiet"}, "initrd"));
    value_of(sys::unlink(path_of(file)));
    EXPECT_EQ(value_of(files->current(granite)), std::nullopt);
    EXPECT_THAT(value_of(files->unrenewed()), ::testing::ElementsAre(granite));
    value_of(sys::rename(agent(), agent() + "-away"));
    EXPECT_FALSE(files->renew(granite, quiet()));
    value_of(sys::rename(agent() + "-away", agent()));
    EXPECT_THAT(value_of(files->renew(granite, quiet())).made, ::testing::ElementsAre(file));
    EXPECT_EQ(value_of(files->current(granite)), file);
    EXPECT_THAT(value_of(files->unrenewed()), SizeIs(0));
}

TEST_F(BootFileStoreTest, AreTheSameForTheSameInputs) {
    const api::BootFile first_file = value_of(build());
    EXPECT_EQ(value_of(build()), first_file);
    EXPECT_THAT(built(), SizeIs(1));
    EXPECT_NE(value_of(build({}, "initrd")).sha256, first_file.sha256);
}

TEST_F(BootFileStoreTest, StayAnHourAfterTheyWereReplaced) {
    const api::BootFile old = value_of(build());
    // As tftpd does for a blade that loads it.
    const sys::Fd reader = value_of(sys::open(path_of(old), O_RDONLY));
    const std::string bytes = value_of(sys::read_file(path_of(old)));
    const api::BootFile current = value_of(build({"quiet"}));
    value_of(files->collect());
    EXPECT_EQ(value_of(sys::read_file(path_of(old))), bytes);
    reopen_files();
    value_of(files->collect());
    EXPECT_EQ(value_of(sys::read_file(path_of(old))), bytes);
    wait_ninety_minutes();
    EXPECT_TRUE(sys::stat(path_of(old))) << "not before it is asked for";
    value_of(files->collect());
    EXPECT_FALSE(sys::stat(path_of(old)));
    std::string read(bytes.size() + 1, ' ');
    ASSERT_EQ(::pread(reader.get(), read.data(), read.size(), 0),
              static_cast<ssize_t>(bytes.size()));
    EXPECT_TRUE(read.starts_with(bytes)) << "who has it open reads on";
    EXPECT_TRUE(sys::stat(path_of(current)));
    EXPECT_EQ(value_of(files->current(granite)), current);
}

TEST_F(BootFileStoreTest, OfBladesWithArgumentsOfTheirOwnGoWithTheOneOfAll) {
    const api::BootFile base = value_of(build({"quiet"}));
    const std::string path =
        value_of(files->variant_of(base, {.arguments = {"isolcpus=1", "mem=1G"}}));
    EXPECT_NE(path, base.path);
    EXPECT_EQ(value_of(files->variant_of(base, {.arguments = {"isolcpus=1", "mem=1G"}})), path);
    EXPECT_NE(value_of(files->variant_of(base, {.arguments = {"isolcpus=2"}})), path);
    const std::string before = value_of(sys::read_file(path_of(base)));
    const std::string after = value_of(sys::read_file(files->directory() + "/" + path));
    ASSERT_EQ(after.size(), before.size());
    const std::size_t place = before.size() - 2048;
    EXPECT_EQ(after.substr(0, place), before.substr(0, place));
    EXPECT_EQ(after.substr(place), base.command_line + " isolcpus=1 mem=1G" +
                                       std::string(2048 - base.command_line.size() - 18, '\0'));
    for (const char* wrong : {"a\"b", "dim.vlan=0"}) {
        EXPECT_EQ(files->variant_of(base, {.arguments = {wrong}}).error().code(),
                  ErrorCode::invalid_input)
            << wrong;
    }

    wait_ninety_minutes();
    value_of(files->collect());
    EXPECT_TRUE(sys::stat(files->directory() + "/" + path)) << "it is in use as long as the other";
    value_of(sys::unlink(files->directory() + "/" + path));
    EXPECT_EQ(value_of(files->variant_of(base, {.arguments = {"isolcpus=1", "mem=1G"}})), path);
    EXPECT_TRUE(sys::stat(files->directory() + "/" + path)) << "one that was lost comes back";
    value_of(build());
    wait_ninety_minutes();
    value_of(files->collect());
    EXPECT_FALSE(sys::stat(files->directory() + "/" + path));
}

TEST_F(BootFileStoreTest, OfBladesWithArgumentsGoWhenNoBladeIsToldOfThem) {
    const api::BootFile base = value_of(build({"quiet"}));
    const auto variant = [&](const char* word) {
        return value_of(files->variant_of(base, {.arguments = {word}}));
    };
    const std::string kept = variant("mem=1G");
    const std::string gone = variant("mem=2G");
    const std::string back = variant("mem=3G");
    const auto is_there = [&](const std::string& path) {
        return sys::stat(files->directory() + "/" + path).has_value();
    };
    std::set<std::string> named{base.path, kept};
    Result<void> asked;
    files->serve({.all = {}, .of_image = {}, .paths = [&]() -> Result<std::set<std::string>> {
                      DIM_CHECK(asked);
                      return named;
                  }});
    value_of(files->collect());
    EXPECT_TRUE(is_there(gone)) << "a blade may be loading it";
    EXPECT_EQ(variant("mem=3G"), back);
    wait_ninety_minutes();
    asked = fail(ErrorCode::io, "the disk");
    EXPECT_FALSE(files->collect());
    EXPECT_TRUE(is_there(gone)) << "nobody knows who is told of it";
    asked = {};
    value_of(files->collect());
    EXPECT_FALSE(is_there(gone));
    EXPECT_TRUE(is_there(kept));
    EXPECT_TRUE(is_there(base.path));
    EXPECT_TRUE(is_there(back)) << "it was asked for again";
    EXPECT_EQ(variant("mem=2G"), gone);
    EXPECT_TRUE(is_there(gone));
}

TEST_F(BootFileStoreTest, OfBladesWithArgumentsAreToldBeforeTheyAreMade) {
    const api::BootFile base = value_of(build({"quiet"}));
    const BootFileVariant variant{.arguments = {"mem=1G"}};
    const auto rows = [&] {
        return value_of(database->transaction([&](Transaction& transaction) -> Result<int> {
            DIM_TRY(Statement row, transaction.query("SELECT count(*) FROM boot_file_variant"));
            DIM_CHECK(row.next());
            return static_cast<int>(row.integer(0));
        }));
    };
    const std::string path = value_of(files->variant_path(base, variant));
    EXPECT_THAT(built(), SizeIs(1));
    EXPECT_EQ(rows(), 0);
    EXPECT_EQ(value_of(files->variant_of(base, variant)), path);
    EXPECT_THAT(built(), SizeIs(2));
    EXPECT_EQ(rows(), 1);
    EXPECT_EQ(value_of(files->variant_path(base, variant)), path);
    EXPECT_EQ(files->variant_path(base, {.arguments = {"dim.vlan=0"}}).error().code(),
              ErrorCode::invalid_input);
    EXPECT_EQ(value_of(files->variant_path(base, {})), base.path);
}

TEST_F(BootFileStoreTest, OfBladesWithArgumentsDoNotWaitForOthersThatAreBuilt) {
    const api::BootFile base = value_of(build({"quiet"}));
    std::future<Result<std::string>> variant;
    bool is_made = false;
    value_of(files->rebuild(granite, [&](auto&&...) {
        if (variant.valid()) return;
        variant = std::async(std::launch::async,
                             [&] { return files->variant_of(base, {.arguments = {"mem=1G"}}); });
        is_made = variant.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
    }));
    EXPECT_TRUE(is_made);
    EXPECT_TRUE(sys::stat(files->directory() + "/" + value_of(variant.get())));
    EXPECT_FALSE(sys::stat(state + "/boot-variant-work"));
}

TEST_F(BootFileStoreTest, HaveOtherConsolesForAPlatform) {
    const api::BootFile base = value_of(build({"quiet", "console=ttyS9"}));
    const auto words_of = [&](const BootFileVariant& variant) {
        const std::string path = value_of(files->variant_of(base, variant));
        const std::string bytes = value_of(sys::read_file(files->directory() + "/" + path));
        const std::string line = bytes.substr(bytes.size() - 2048);
        return line.substr(0, line.find('\0'));
    };
    EXPECT_EQ(value_of(files->variant_of(base, {})), base.path);
    EXPECT_EQ(value_of(files->variant_of(base, {.console = {"hvc0"}})), base.path) << "the same";
    EXPECT_EQ(words_of({.console = {"tty0", "hvc1"}, .arguments = {"mem=1G"}}),
              "console=tty0 console=hvc1 dim.server-name=is01 quiet console=ttyS9 mem=1G");
    EXPECT_EQ(files->variant_of(base, {.arguments = {std::string(2000, 'a')}}).error().code(),
              ErrorCode::limit_exceeded);
}

TEST_F(BootFileStoreTest, OfDimsOwnKernelHaveNoDriversToChoose) {
    api::BuildBootFile request{granite, {}, {}};
    request.drivers = {"tg3"};
    const auto refused = files->build(request, quiet());
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_input);
    EXPECT_THAT(refused.error().message(), HasSubstr("built in"));
}

TEST_F(BootFileStoreTest, ThatWereReplacedStayWhileTheyAreThatOfABlade) {
    const api::BootFile replaced = value_of(build({"quiet"}));
    const api::BootFile current = value_of(build());
    // The same words from elsewhere are the same bytes.
    EXPECT_EQ(value_of(files->variant_of(current, {.arguments = {"quiet"}})), replaced.path);
    wait_ninety_minutes();
    value_of(files->collect());
    EXPECT_TRUE(sys::stat(path_of(replaced)));
}

TEST_F(BootFileStoreTest, OfTheTimeBeforePlatformsGo) {
    const std::string old_form = files->directory() + "/granite/1-0123abcd";
    const api::BootFile current = value_of(build());
    value_of(sys::mkdir(old_form));
    testing::write(old_form + "/zImage", "old");
    value_of(sys::ensure_directory(files->directory() + "/granite/7/ppc64-0123abcd"));
    value_of(files->collect());
    EXPECT_TRUE(sys::stat(old_form));
    wait_ninety_minutes();
    value_of(files->collect());
    EXPECT_FALSE(sys::stat(old_form));
    EXPECT_FALSE(sys::stat(files->directory() + "/granite/7")) << "an empty generation, too";
    EXPECT_TRUE(sys::stat(path_of(current)));
}

TEST_F(BootFileStoreTest, FollowTheNameOfTheirImage) {
    const model::ImageName slate = image_name("slate");
    const api::BootFile old = value_of(build({"quiet"}));
    const std::string bytes = value_of(sys::read_file(path_of(old)));
    value_of(store->rename_image(granite, slate));
    EXPECT_EQ(value_of(files->current(slate))->path, old.path)
        << "not lost by a kill at this point";
    value_of(files->follow_names());
    const api::BootFile moved = value_of(files->current(slate)).value();
    EXPECT_EQ(moved.path, "slate/1/ppc64-" + old.sha256.substr(0, 8) + "/zImage");
    EXPECT_EQ(value_of(sys::read_file(path_of(moved))), bytes);
    EXPECT_EQ(moved.command_line, old.command_line);
    EXPECT_THAT(value_of(files->outdated()), SizeIs(0));
    // A new image of the old name has a boot file of its own, at the place of the old one.
    import();
    EXPECT_EQ(value_of(files->current(granite)), std::nullopt);
    EXPECT_EQ(value_of(build({"quiet"})).path, old.path);
    EXPECT_EQ(value_of(files->current(slate)), moved);
    EXPECT_TRUE(value_of(files->current(granite)));
    wait_ninety_minutes();
    value_of(files->collect());
    EXPECT_EQ(value_of(files->current(slate)), moved);
    EXPECT_FALSE(sys::stat(state + "/boot-work"));
}

TEST_F(BootFileStoreTest, KilledAnywhereTheyAreFoundByOneNameOrTheOther) {
    constexpr std::size_t kPoints = 8;
    const std::string bytes = value_of(sys::read_file(path_of(value_of(build()))));
    model::ImageName from = granite;
    model::ImageName to = image_name("slate");
    const auto rename = [&] {
        value_of(store->rename_image(from, to));
        std::swap(from, to);
        files.reset();
        store.reset();
        database.reset();
    };
    rename();
    const std::size_t kills = dim::testing::kill_at_calls(
        kPoints, [&] { reopen_files(); },
        [&] {
            reopen_files();
            const api::BootFile file = value_of(files->current(from)).value();
            EXPECT_TRUE(file.path.starts_with(from.text() + "/")) << file.path;
            EXPECT_EQ(value_of(sys::read_file(path_of(file))), bytes);
            rename();
        });
    EXPECT_GE(kills, kPoints / 2);
}

TEST_F(BootFileStoreTest, OfAnImageThatIsGoneAreNobodys) {
    const api::BootFile file = value_of(build());
    value_of(files->retire(granite));
    EXPECT_EQ(value_of(files->current(granite)), std::nullopt);
    authorities += linuxrc::testing::kCertificate;
    EXPECT_THAT(value_of(files->outdated()), SizeIs(0));
    EXPECT_TRUE(sys::stat(path_of(file))) << "a blade may be loading it";
    wait_ninety_minutes();
    value_of(files->collect());
    EXPECT_FALSE(sys::stat(path_of(file)));
}

TEST_F(BootFileStoreTest, ComeBackWhenTheyWereLost) {
    const api::BootFile file = value_of(build());
    value_of(sys::unlink(path_of(file)));
    EXPECT_EQ(value_of(files->current(granite)), std::nullopt);
    EXPECT_EQ(value_of(build()), file);
    EXPECT_EQ(value_of(files->current(granite)), file);
}

constexpr std::size_t kKills = 100;

TEST_F(BootFileStoreTest, AreWholeAfterKill) {
    const api::BootFile before = value_of(build());
    int round = 0;
    std::set<std::string> announced;
    const auto work = [&] {
        reopen_files();
        static_cast<void>(build({"round=" + std::to_string(round)}));
    };
    const auto close = [&] {
        files.reset();
        store.reset();
        database.reset();
    };
    close();
    const std::size_t kills = dim::testing::kill_at_calls(kKills, work, [&] {
        reopen_files();
        const auto current = value_of(files->current(granite));
        ASSERT_TRUE(current.has_value());
        EXPECT_EQ(tls::sha256(value_of(sys::read_file(path_of(*current)))), current->sha256);
        EXPECT_FALSE(sys::stat(state + "/boot-work"));
        announced.insert(current->command_line);
        close();
        ++round;
    });
    EXPECT_GE(kills, 10U);
    // The first build is not killed.
    EXPECT_TRUE(announced.contains("console=hvc0 dim.server-name=is01 round=0"));
    reopen_files();
    // One that was made but never announced goes with the replaced ones.
    value_of(sys::ensure_directory(files->directory() + "/granite/1/ppc64-00000000"));
    const api::BootFile after = value_of(build());
    EXPECT_EQ(after, before);
    wait_ninety_minutes();
    value_of(files->collect());
    EXPECT_THAT(built(), SizeIs(1));
}

TEST_F(BootFileStoreTest, OfAnImageThatNothingBootsStopNobody) {
    auto other = request("le");
    other.architecture = model::Architecture::ppc64le;
    value_of(store->import_image(other, quiet()));
    // As an older version made it, when the image had another name.
    const std::string old = files->directory() + "/former/1/ppc64le-01234567";
    value_of(sys::ensure_directory(old));
    testing::write(old + "/zImage", "boot");
    value_of(database->transaction([&](Transaction& transaction) {
        return transaction.execute("INSERT INTO boot_file (path, image, generation, bytes, "
                                   "sha256, command_line, trust) VALUES "
                                   "('former/1/ppc64le-01234567/zImage', 'le', 1, 4, '0123456789', "
                                   "'quiet', 'nobody')");
    }));
    value_of(files->follow_names());
    EXPECT_EQ(value_of(sys::read_file(files->directory() + "/le/1/ppc64le-01234567/zImage")),
              "boot");
    EXPECT_THAT(value_of(files->outdated()), SizeIs(0)) << "nor can it be built anew";
}

TEST_F(BootFileStoreTest, AreCollectedBesideAStrayFile) {
    const api::BootFile old = value_of(build());
    static_cast<void>(value_of(build({"quiet"})));
    testing::write(files->directory() + "/granite/1/stray", "by hand");
    wait_ninety_minutes();
    value_of(files->collect());
    EXPECT_FALSE(sys::stat(path_of(old)));
    EXPECT_THAT(built(), SizeIs(1));
}

}  // namespace
}  // namespace dim::server
