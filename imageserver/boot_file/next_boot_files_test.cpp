#include "imageserver/boot_file/fake_boot_files.hpp"
#include "imageserver/boot_file/next_boot_files.hpp"
#include "imageserver/image/fake_images.hpp"
#include "libdim/api/message_samples.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(NextBootFiles, AreOfTheGenerationThatEachBladeHas) {
    const model::ImageName granite = api::samples::image();
    const auto blade = api::samples::blade();
    const auto other = *model::ComponentName::parse("s01c1b02");
    FakeImages images;
    images.add(api::samples::image_summary());
    FakeBootFiles files{images};
    ASSERT_TRUE(files.build({.image = granite, .options = {}, .ramdisk = {}}, [](auto&&...) {}));
    const api::BootFile newest = files.current(granite).value().value();
    api::BootFile old = newest;
    old.path = "granite/old/linux.efi";
    const auto first = *model::Generation::from_number(1);
    files.others.insert({{granite, first}, old});
    images.add(api::BladeImage{blade, granite, first, "/x", 1, 1, true, true, std::nullopt});

    auto next = NextBootFiles::look(images, files).value();
    EXPECT_EQ(next.of(blade, granite).value(), old);
    EXPECT_EQ(next.of(other, granite).value(), newest) << "it has no image of it yet";
    EXPECT_EQ(next.of(blade, std::nullopt).value(), std::nullopt);
    EXPECT_EQ(next.of(blade, *model::ImageName::parse("gone")).value(), std::nullopt);
}

}  // namespace
}  // namespace dim::server
