#pragma once

#include "imageserver/image/image_store_test_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server::testing {

/// A store whose image gets generations, each from what TREE is then.
class GenerationsTest : public ImageStoreTest {
protected:
    using ImageStoreTest::ImageStoreTest;

    api::UpdateImage update_request() const { return update_request(tree, {}); }
    api::UpdateImage update_request(const std::string& source,
                                    std::vector<std::string> exclude) const {
        return {.name = granite,
                .source = api::ImageSource{.source = value_of(model::MasterSource::parse(source)),
                                           .exclude = std::move(exclude),
                                           .one_file_system = false},
                .label = ""};
    }
    /// Nothing: the tree is what the newest generation is.
    std::optional<api::ImageGeneration> update() const {
        return value_of(store->update_image(update_request(), quiet())).generation;
    }
    /// A copy of what the tree is now; its path.
    std::string copy_of_master(const std::string& name) const {
        run({"cp", "-a", tree, directory / name});
        return directory / name;
    }
    /// The same, for expect_has().
    void keep_master_of(std::uint32_t generation) const {
        copy_of_master(std::to_string(generation));
    }
    std::string shown(std::uint32_t generation) const {
        return store->shared_mount_point(granite, number(generation));
    }
    std::uint32_t generation_of(std::string_view blade) const {
        return value_of(store->blade_image(blade_name(blade), granite)).generation.number();
    }
    void expect_shared_root_is(const std::string& master, std::uint32_t generation) const {
        for (const std::string name : {"/usr", "/opt"})
            EXPECT_EQ(differences(master + name, shown(generation) + name), "");
    }
    void expect_blade_image_is(const std::string& master, std::string_view blade) const {
        // The directory that the blade's own hostname was written into is as new as that.
        EXPECT_THAT(differences(master, root_of(blade),
                                {"/usr/*", "/opt/*", "/etc/hostname", "/lost+found"}),
                    ::testing::AnyOf("", ".d..t...... etc/\n"));
    }
    /// The blade's image, and the shared root that it is shown, are what the master was then.
    void expect_has(std::string_view blade, std::uint32_t generation) const {
        const std::string master = directory / std::to_string(generation);
        EXPECT_EQ(generation_of(blade), generation);
        expect_blade_image_is(master, blade);
        EXPECT_TRUE(store->is_shared_mounted(granite, number(generation)));
        expect_shared_root_is(master, generation);
    }
    /// What goes when nothing is to stay but the newest one and what somebody has.
    std::vector<model::Generation> collect_unused() const {
        return value_of(store->collect_generations(
                            {.name = granite, .keep = 1, .labelled = false, .is_dry_run = false},
                            quiet()))
            .generations;
    }
};

}  // namespace dim::server::testing
