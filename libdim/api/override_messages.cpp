#include "libdim/api/override_messages.hpp"

#include "libdim/api/codec.hpp"
#include "libdim/api/problem_codec.hpp"

namespace dim::api {

template <>
struct Members<OverrideQuery> {
    static constexpr auto kAll = std::tuple{
        member("blades", &OverrideQuery::blades, limits::kOverrideBlades),
        member("image", &OverrideQuery::image),
        member("path", &OverrideQuery::path, limits::kTreePathBytes),
    };
};

template <>
struct Members<OverrideFile> {
    static constexpr auto kAll = std::tuple{
        member("path", &OverrideFile::path, limits::kTreePathBytes),
        member("rule", &OverrideFile::rule, limits::kTreePathBytes),
        member("state", &OverrideFile::state),
        member("secret", &OverrideFile::is_secret),
        member("instead_of", &OverrideFile::instead_of),
        member("note", &OverrideFile::note, limits::kMessageBytes),
        member("written", &OverrideFile::written),
        member("text", &OverrideFile::text, limits::kOverrideTextBytes),
    };
};

template <>
struct Members<IdleOverride> {
    static constexpr auto kAll = std::tuple{
        member("rule", &IdleOverride::rule),
        member("reason", &IdleOverride::reason),
    };
};

template <>
struct Members<ImageOverrides> {
    static constexpr auto kAll = std::tuple{
        member("blade", &ImageOverrides::blade),     member("image", &ImageOverrides::image),
        member("files", &ImageOverrides::files),     member("idle", &ImageOverrides::idle),
        member("problem", &ImageOverrides::problem),
    };
};

template <>
struct Members<OverrideList> {
    static constexpr auto kAll = std::tuple{member("images", &OverrideList::images)};
};

template <>
struct Members<ApplyOverrides> {
    static constexpr auto kAll = std::tuple{
        member("image", &ApplyOverrides::image),
        member("blades", &ApplyOverrides::blades),
        member("forced", &ApplyOverrides::is_forced),
    };
};

DIM_API_MESSAGE(OverrideQuery, limits::kMessageBytes)
DIM_API_MESSAGE(OverrideFile, limits::kReplyBytes)
DIM_API_MESSAGE(ImageOverrides, limits::kReplyBytes)
DIM_API_MESSAGE(OverrideList, limits::kReplyBytes)
DIM_API_MESSAGE(ApplyOverrides, limits::kReplyBytes)

}  // namespace dim::api
