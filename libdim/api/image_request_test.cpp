#include "libdim/api/image_request.hpp"

#include <gmock/gmock.h>

namespace dim::api {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

ImportImage request() {
    return {.name = model::ImageName::parse("granite").value(),
            .architecture = model::Architecture::ppc64,
            .source = model::MasterSource::parse("/srv/masters/granite").value(),
            .shared = std::vector<std::string>{"usr", "opt"},
            .init = "/sbin/init",
            .blade_image_bytes = 256 * kMebibyte};
}

TEST(ImportRequest, IsRefusedWithACause) {
    auto bad = request();
    bad.blade_image_bytes = 16 * kMebibyte + 1;
    EXPECT_FALSE(check_import(bad));
    bad.blade_image_bytes = 15 * kMebibyte;
    EXPECT_THAT(check_import(bad).error().message(), HasSubstr("16 MiB"));
    bad.blade_image_bytes = std::uint64_t{5} << 40;
    EXPECT_FALSE(check_import(bad));
    bad = request();
    bad.file_system = model::FileSystem::xfs;
    EXPECT_THAT(check_import(bad).error().message(), HasSubstr("320 MiB"));
    bad.blade_image_bytes = 320 * kMebibyte;
    EXPECT_TRUE(check_import(bad));
    for (const char* init : {"", "sbin/init", "/sbin/init -v"}) {
        bad = request();
        bad.init = init;
        EXPECT_FALSE(check_import(bad)) << init;
    }
    for (const char* shared : {"", ".", "..", "usr/lib", "/usr", "etc", "var", "dev", "proc"}) {
        bad = request();
        bad.shared = {shared};
        EXPECT_FALSE(check_import(bad)) << shared;
    }
    bad = request();
    for (int i = 0; i < 64; ++i)
        bad.shared->push_back("d" + std::to_string(i));
    EXPECT_EQ(check_import(bad).error().code(), ErrorCode::limit_exceeded);
    bad = request();
    bad.exclude = {"/proc/*", "cache/"};
    EXPECT_THAT(to_string(check_import(bad).error()), HasSubstr("without a slash at its end"));
    EXPECT_TRUE(check_import(request()));
}

TEST(ImportRequest, WhatIsLeftOutUnlessToldOtherwiseCanBe) {
    auto usual = request();
    usual.exclude = default_exclusions();
    EXPECT_TRUE(check_import(usual));
}

TEST(UpdateRequest, PathsAreAbsoluteAndPlain) {
    const auto with = [](std::vector<std::string> paths) {
        return check_update({.name = request().name,
                             .source = {},
                             .label = "",
                             .shared = {},
                             .paths = std::move(paths)})
            .has_value();
    };
    EXPECT_TRUE(with({"/etc/passwd", "/usr/lib/x y"}));
    EXPECT_FALSE(with({}));
    for (const char* path : {"", "/", "etc/passwd", "/etc/", "//etc", "/etc//passwd", "/etc/./a",
                             "/etc/../a", "/..", "/etc/.."})
        EXPECT_FALSE(with({"/etc/group", path})) << path;
    UpdateImage both{.name = request().name,
                     .source = {},
                     .label = "",
                     .shared = std::vector<std::string>{"usr"},
                     .paths = std::vector<std::string>{"/etc/passwd"}};
    EXPECT_FALSE(check_update(both));
}

TEST(SettingsRequest, IsRefusedWhenItIsOutOfBounds) {
    const SetImage nothing{.name = request().name,
                           .init = {},
                           .nfs_version = {},
                           .nfs_actimeo_seconds = {},
                           .nfs_nconnect = {}};
    EXPECT_THAT(check_settings(nothing).error().cure(), HasSubstr("--init"));
    const auto with = [&](auto member, auto value) {
        SetImage request = nothing;
        request.*member = value;
        return check_settings(request).has_value();
    };
    EXPECT_TRUE(with(&SetImage::init, "/init"));
    EXPECT_FALSE(with(&SetImage::init, "init"));
    EXPECT_TRUE(with(&SetImage::nfs_version, "4.2"));
    for (const char* version : {"", "3", "4", "4.1,sec=none"})
        EXPECT_FALSE(with(&SetImage::nfs_version, version)) << version;
    EXPECT_TRUE(with(&SetImage::nfs_actimeo_seconds, 3600));
    EXPECT_FALSE(with(&SetImage::nfs_actimeo_seconds, 3601));
    EXPECT_TRUE(with(&SetImage::nfs_nconnect, 16));
    EXPECT_FALSE(with(&SetImage::nfs_nconnect, 0));
    EXPECT_FALSE(with(&SetImage::nfs_nconnect, 17));
}

}  // namespace
}  // namespace dim::api
