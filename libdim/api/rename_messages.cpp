#include "libdim/api/rename_messages.hpp"

#include "libdim/api/codec.hpp"

namespace dim::api {

template <>
struct Members<RenameImage> {
    static constexpr auto kAll = std::tuple{
        member("name", &RenameImage::name),
        member("new_name", &RenameImage::new_name),
    };
};

DIM_API_MESSAGE(RenameImage, limits::kMessageBytes)

}  // namespace dim::api
