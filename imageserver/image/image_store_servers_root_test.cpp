#include "imageserver/image/generations_test_fixture.hpp"

namespace dim::server::testing {
namespace {

/// Two servers: what the first one makes of a master comes to the second one as changesets.
class ServersTest : public GenerationsTest {
protected:
    ServersTest() : GenerationsTest(std::uint64_t{4} << 30) {
        value_of(sys::mkdir(second_state));
        reopen_second();
    }
    ~ServersTest() override { second.reset(); }

    void reopen_second() {
        second.reset();
        second_database.reset();
        second_database = std::make_unique<Database>(
            value_of(Database::open(directory / "second.db", image_migrations())));
        second = std::make_unique<ImageStore>(
            value_of(ImageStore::open({.state_directory = second_state}, *second_database)));
    }

    std::string changeset(std::optional<std::uint32_t> from, std::uint32_t to) const {
        const std::string path = directory / ("changeset-" + std::to_string(from.value_or(0)) +
                                              "-" + std::to_string(to));
        static_cast<void>(sys::unlink(path));
        const sys::Fd file = value_of(sys::open(path, O_RDWR | O_CREAT | O_EXCL, 0600));
        std::optional<model::Generation> older;
        if (from) older = number(*from);
        value_of(store->write_changeset(granite, older, number(to), file, quiet()));
        return path;
    }
    api::OfferGeneration offer(std::uint32_t to) const {
        return {.image = value_of(store->image(granite, number(to))),
                .label = "",
                .source = "is01: " + tree,
                .changeset_bytes = 1,
                .changeset_sha256 = std::string(64, '0')};
    }
    Result<void> receive(const std::string& path, std::uint32_t to) const {
        const sys::Fd file = value_of(sys::open(path, O_RDONLY));
        return second->receive_generation(offer(to), file, quiet());
    }
    void bring(std::optional<std::uint32_t> from, std::uint32_t to) const {
        value_of(receive(changeset(from, to), to));
    }
    /// The second server has that generation as its newest, to the byte.
    void expect_second_has(std::uint32_t generation) const {
        const auto here = value_of(store->generations(granite));
        const auto there = value_of(second->generations(granite));
        ASSERT_EQ(there.back().generation, number(generation));
        const auto same =
            std::ranges::find(here, number(generation), &api::ImageGeneration::generation);
        ASSERT_NE(same, here.end());
        EXPECT_EQ(there.back().shared_digest, same->shared_digest);
        EXPECT_EQ(there.back().golden_digest, same->golden_digest);
        EXPECT_EQ(there.back().source, "is01: " + tree);
        const std::string shared = second->shared_mount_point(granite, number(generation));
        for (const std::string name : {"/usr", "/opt"})
            EXPECT_EQ(differences(directory / std::to_string(generation) + name, shared + name),
                      "");
    }
    /// A blade image that is made there holds what the master held.
    void expect_blade_of_second_has(std::string_view blade, std::uint32_t generation) const {
        value_of(second->create_blade_image(blade_name(blade), granite, quiet()));
        EXPECT_THAT(differences(directory / std::to_string(generation),
                                second->mount_point(blade_name(blade), granite),
                                {"/usr/*", "/opt/*", "/etc/hostname", "/lost+found"}),
                    ::testing::AnyOf("", ".d..t...... etc/\n"));
    }
    void change(const std::string& text) const {
        write(tree + "/usr/bin/tool2", text);
        write(tree + "/etc/motd", text);
        static_cast<void>(sys::unlink(tree + "/usr/lib/tool-again"));
        std::filesystem::create_hard_link(tree + "/usr/bin/tool", tree + "/usr/lib/tool-again");
    }
    std::uint32_t next_generation(const std::string& text) const {
        change(text);
        const auto made = update();
        EXPECT_TRUE(made);
        const std::uint32_t generation = made->generation.number();
        keep_master_of(generation);
        return generation;
    }

    const std::string second_state = state + "/second";
    std::unique_ptr<Database> second_database;
    std::unique_ptr<ImageStore> second;
};

TEST_F(ServersTest, ANewServerIsFilledAndThenFollows) {
    import();
    keep_master_of(1);
    bring({}, 1);
    expect_second_has(1);
    expect_blade_of_second_has("s01c1b01", 1);
    EXPECT_EQ(next_generation("two"), 2U);
    bring(1, 2);
    expect_second_has(2);
    expect_blade_of_second_has("s01c1b02", 2);
    // What it had before is there still.
    const auto back = second->find_change(granite, number(1), number(2));
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_FALSE((*back)->outline.newer.entries.empty());
}

TEST_F(ServersTest, SettingsComeWithAGeneration) {
    import();
    keep_master_of(1);
    const auto set = [&](model::ConflictPolicy policy, const std::string& rules,
                         std::uint32_t actimeo) {
        value_of(store->set_image({.name = granite,
                                   .init = {},
                                   .nfs_version = {},
                                   .nfs_actimeo_seconds = actimeo,
                                   .nfs_nconnect = {},
                                   .on_conflict = policy,
                                   .keep_out = rules,
                                   .merge = "passwd"}));
    };
    const auto expect_same = [&] {
        EXPECT_EQ(value_of(second->image(granite)).sync, value_of(store->image(granite)).sync);
        EXPECT_EQ(value_of(second->image(granite)).nfs, value_of(store->image(granite)).nfs);
    };
    set(model::ConflictPolicy::keep, "/srv/", 30);
    bring({}, 1);
    expect_same();
    EXPECT_EQ(value_of(second->image(granite)).sync.keep_out, "/srv/");
    next_generation("two");
    set(model::ConflictPolicy::overwrite, "", 5);
    bring(1, 2);
    expect_same();
    next_generation("three");
    const sys::Fd file = value_of(sys::open(changeset(2, 3), O_RDONLY));
    api::OfferGeneration bad = offer(3);
    bad.image.sync.merge = "motd";
    EXPECT_EQ(second->receive_generation(bad, file, quiet()).error().code(),
              ErrorCode::invalid_input);
    expect_second_has(2);
}

TEST_F(ServersTest, AServerThatWasAwayCatchesUpFromAnyEarlierGeneration) {
    import();
    keep_master_of(1);
    bring({}, 1);
    for (const char* text : {"two", "three", "four"})
        next_generation(text);
    bring(1, 4);
    expect_second_has(4);
    // 2 and 3 were never there.
    EXPECT_EQ(value_of(second->generations(granite)).size(), 2U);
    reopen_second();
    EXPECT_TRUE(second->restore_mounts().empty());
    expect_second_has(4);
    next_generation("five");
    bring(4, 5);
    expect_second_has(5);
    // The first of them can be had from the last one, over the gap.
    value_of(second->create_blade_image(blade_name("s01c1b01"), granite, quiet()));
    const auto change = value_of(second->find_change(granite, number(5), number(1)));
    BladeMove move{.blade = blade_name("s01c1b01"),
                   .kept_out = [](const auto&, bool) { return std::optional<std::string>(); }};
    value_of(second->move_blade_image(move, *change));
    EXPECT_FALSE(std::filesystem::exists(second->mount_point(blade_name("s01c1b01"), granite) +
                                         "/etc/motd"));
}

TEST_F(ServersTest, AGenerationOfOtherDirectoriesComesWhole) {
    import();
    bring({}, 1);
    api::UpdateImage request = update_request();
    request.shared = std::vector<std::string>{"usr"};
    ASSERT_TRUE(value_of(store->update_image(request, quiet())).generation);
    keep_master_of(2);
    bring({}, 2);
    const auto there = value_of(second->generations(granite));
    EXPECT_EQ(there.back().shared, std::vector<std::string>{"usr"});
    EXPECT_EQ(there.back().golden_digest,
              value_of(store->generations(granite)).back().golden_digest);
    expect_blade_of_second_has("s01c1b01", 2);
}

TEST_F(ServersTest, OneThatGoesBackToWhatWasBeforeIsANumberOfItsOwn) {
    import();
    keep_master_of(1);
    bring({}, 1);
    next_generation("two");
    ASSERT_TRUE(value_of(
        store->roll_back_image({.name = granite, .generation = number(1), .label = ""}, quiet())));
    run({"cp", "-a", directory / "1", directory / "3"});
    bring(1, 3);
    expect_second_has(3);
}

TEST_F(ServersTest, WhatCannotBeTheNextOneIsRefusedAndNothingChanges) {
    import();
    keep_master_of(1);
    bring({}, 1);
    next_generation("two");
    next_generation("three");
    // Made of another generation than the newest one there.
    const auto other = receive(changeset(2, 3), 3);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code(), ErrorCode::conflict);
    expect_second_has(1);
    bring(1, 3);
    // An older number than there is.
    const auto older = receive(changeset(1, 2), 2);
    ASSERT_FALSE(older);
    EXPECT_EQ(older.error().code(), ErrorCode::conflict);
    expect_second_has(3);
    // For an image that is not there.
    api::OfferGeneration unknown = offer(3);
    unknown.image.name = image_name("basalt");
    const sys::Fd file = value_of(sys::open(changeset(1, 3), O_RDONLY));
    EXPECT_EQ(second->receive_generation(unknown, file, quiet()).error().code(),
              ErrorCode::conflict);
    EXPECT_FALSE(second->image(image_name("basalt")));
}

TEST_F(ServersTest, ADamagedChangesetLeavesNothingBehind) {
    import();
    keep_master_of(1);
    const std::string path = changeset({}, 1);
    const std::string bytes = value_of(sys::read_file(path, std::size_t{1} << 30));
    const std::string damaged = directory / "damaged";
    for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 5}) {
        std::string other = bytes;
        other[at] = static_cast<char>(other[at] ^ 0x20);
        write(damaged, other);
        const auto refused = receive(damaged, 1);
        ASSERT_FALSE(refused) << at;
        EXPECT_EQ(refused.error().code(), ErrorCode::invalid_input) << refused.error().message();
        EXPECT_FALSE(second->image(granite));
    }
    bring({}, 1);
    expect_second_has(1);
}

TEST_F(ServersTest, AFileThatWasChangedByHandThereIsPutRight) {
    import();
    keep_master_of(1);
    bring({}, 1);
    // Shown to a blade, so the generation's tree stays as it is.
    value_of(second->create_blade_image(blade_name("s01c1b01"), granite, quiet()));
    write(second->shared_directory(granite, first) + "/usr/bin/tool", "by hand");
    write(tree + "/usr/bin/tool", "changed on the master");
    next_generation("two");
    const auto refused = receive(changeset(1, 2), 2);
    ASSERT_FALSE(refused) << "it was made of another file";
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    bring({}, 2);
    expect_second_has(2);
}

TEST_F(ServersTest, KilledAnywhereItIsThereOrNot) {
    import();
    keep_master_of(1);
    bring({}, 1);
    next_generation("two");
    const std::string path = changeset(1, 2);
    const api::OfferGeneration two = offer(2);
    second.reset();
    second_database.reset();
    const std::size_t kills = dim::testing::kill_at_calls(
        6,
        [&] {
            reopen_second();
            const sys::Fd file = value_of(sys::open(path, O_RDONLY));
            value_of(second->receive_generation(two, file, quiet()));
        },
        [&] {
            reopen_second();
            EXPECT_TRUE(second->restore_mounts().empty());
            const auto there = value_of(second->generations(granite)).back().generation;
            EXPECT_TRUE(there == number(1) || there == number(2));
            EXPECT_EQ(differences(directory / to_string(there) + "/usr",
                                  second->shared_mount_point(granite, there) + "/usr"),
                      "");
            if (there == number(1)) {
                const sys::Fd file = value_of(sys::open(path, O_RDONLY));
                value_of(second->receive_generation(two, file, quiet()));
            }
            expect_second_has(2);
            value_of(second->remove_image(granite));
            bring({}, 1);
            second.reset();
            second_database.reset();
        });
    EXPECT_GE(kills, 3U);
    reopen_second();
}

}  // namespace
}  // namespace dim::server::testing
