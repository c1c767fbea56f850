#include "imageserver/image/image_store_test_fixture.hpp"

#include <gmock/gmock.h>

/// What the database does not know: lost, or gone back to a copy.
namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::run;
using testing::value_of;

class Adoption : public testing::ImageStoreTest {
protected:
    Adoption() {
        import();
        create("s01c1b01");
        testing::write(mounted() + "/var/log", "written by the blade");
    }
    std::string mounted() const { return store->mount_point(blade_name("s01c1b01"), granite); }
    api::AdoptImage image() const { return {granite, model::Architecture::ppc64, "/sbin/init"}; }
    std::vector<std::string> unknown_paths() const {
        std::vector<std::string> paths;
        for (const api::UnknownFile& file : value_of(store->unknown_files()))
            paths.push_back(file.path);
        return paths;
    }
};

TEST_F(Adoption, BringsBackWhatALostDatabaseKnew) {
    const api::ImageSummary before = value_of(store->image(granite));
    EXPECT_THAT(unknown_paths(), IsEmpty());
    lose_database();
    EXPECT_FALSE(store->image(granite));
    EXPECT_THAT(unknown_paths(), ElementsAre(state + "/images/granite", blade_file("s01c1b01")));

    value_of(store->adopt_image(image()));
    const api::ImageSummary after = value_of(store->image(granite));
    EXPECT_EQ(after.generation, before.generation);
    EXPECT_EQ(after.architecture, before.architecture);
    EXPECT_EQ(after.init, before.init);
    EXPECT_THAT(after.shared, ::testing::UnorderedElementsAreArray(before.shared));
    EXPECT_EQ(after.blade_image_bytes, before.blade_image_bytes);
    EXPECT_TRUE(store->is_shared_mounted(granite, first));

    value_of(store->adopt_blade_image(blade_name("s01c1b01"), granite));
    EXPECT_EQ(value_of(sys::read_file(mounted() + "/var/log")), "written by the blade");
    const api::BladeImage blade = value_of(store->blade_image(blade_name("s01c1b01"), granite));
    EXPECT_EQ(blade.size_bytes, before.blade_image_bytes);
    EXPECT_FALSE(blade.is_exported);
    EXPECT_THAT(unknown_paths(), IsEmpty());

    // It lasts, and more can be made of it.
    reopen();
    EXPECT_TRUE(store->blade_image(blade_name("s01c1b01"), granite));
    create("s01c1b02");
    value_of(store->delete_blade_image(blade_name("s01c1b01"), granite));
}

TEST_F(Adoption, RefusesWhatIsKnownOrMissing) {
    EXPECT_EQ(store->adopt_image(image()).error().code(), ErrorCode::already_exists);
    EXPECT_EQ(store->adopt_blade_image(blade_name("s01c1b01"), granite).error().code(),
              ErrorCode::already_exists);
    EXPECT_EQ(store->adopt_blade_image(blade_name("s01c1b09"), granite).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(
        store->adopt_image({testing::image_name("other"), model::Architecture::ppc64, "/sbin/init"})
            .error()
            .code(),
        ErrorCode::not_found);
    lose_database();
    // First the image: what it is made of is not in a blade's file.
    EXPECT_EQ(store->adopt_blade_image(blade_name("s01c1b01"), granite).error().code(),
              ErrorCode::not_found);
}

TEST_F(Adoption, LeavesADamagedFileAsItIs) {
    lose_database();
    value_of(store->adopt_image(image()));
    const std::string file = blade_file("s01c1b01");
    const sys::Fd fd = value_of(sys::open(file, O_WRONLY));
    value_of(sys::write_all(fd, std::string(64 * 1024, '\0')));
    const std::string before = run({"sha256sum", file});
    EXPECT_EQ(store->adopt_blade_image(blade_name("s01c1b01"), granite).error().code(),
              ErrorCode::conflict);
    EXPECT_THAT(
        value_of(store->unknown_files()),
        ElementsAre(Field(&api::UnknownFile::problem, ::testing::Optional(HasSubstr("damaged")))));
    reopen();
    EXPECT_EQ(run({"sha256sum", file}), before);
}

TEST_F(Adoption, OfAnImageIsWholeOrNothing) {
    lose_database();
    const std::string golden = state + "/images/granite/golden.img";
    run({"truncate", "--size=-4096", golden});
    const auto refused = store->adopt_image(image());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("ends before"));
    EXPECT_FALSE(store->image(granite));
    EXPECT_FALSE(store->is_shared_mounted(granite, first));
    run({"truncate", "--size=+4096", golden});
    EXPECT_TRUE(store->adopt_image(image()));
}

TEST_F(Adoption, ListsNothingThatHasNoNameOfOurs) {
    value_of(sys::ensure_directory(state + "/blades/s01c1b01/backup"));
    testing::write(state + "/blades/s01c1b01/.granite.img.new", "being made");
    testing::write(state + "/blades/s01c1b01/notes", "");
    value_of(sys::ensure_directory(state + "/images/granite/.2.new"));
    value_of(sys::ensure_directory(state + "/images/granite/0"));
    EXPECT_THAT(unknown_paths(), IsEmpty());
}

}  // namespace
}  // namespace dim::server
