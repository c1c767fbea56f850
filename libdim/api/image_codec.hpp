#pragma once

#include "libdim/api/codec.hpp"
#include "libdim/api/image_messages.hpp"

/// The description of ImageSummary, for the messages that carry one.
namespace dim::api {

template <>
struct Members<NfsOptions> {
    static constexpr auto kAll = std::tuple{
        member("version", &NfsOptions::version),
        member("actimeo_seconds", &NfsOptions::actimeo_seconds),
        member("nconnect", &NfsOptions::nconnect),
    };
};

template <>
struct Members<SyncPolicy> {
    static constexpr auto kAll = std::tuple{
        member("on_conflict", &SyncPolicy::on_conflict),
        member("keep_out", &SyncPolicy::keep_out, limits::kImageRulesBytes),
        member("merge", &SyncPolicy::merge),
    };
};

template <>
struct Members<ImageSummary> {
    static constexpr auto kAll = std::tuple{
        member("name", &ImageSummary::name),
        member("architecture", &ImageSummary::architecture),
        member("generation", &ImageSummary::generation),
        member("shared", &ImageSummary::shared),
        member("init", &ImageSummary::init),
        member("blade_image_bytes", &ImageSummary::blade_image_bytes),
        member("created", &ImageSummary::created),
        member("zimage_bytes", &ImageSummary::zimage_bytes),
        member("blade_images", &ImageSummary::blade_images),
        member("nfs", &ImageSummary::nfs),
        member("file_system", &ImageSummary::file_system),
        member("sync", &ImageSummary::sync),
    };
};

}  // namespace dim::api
