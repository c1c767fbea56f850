#include "libdim/api/pin_messages.hpp"

#include "libdim/api/codec.hpp"

namespace dim::api {

template <>
struct Members<PinBlades> {
    static constexpr auto kAll = std::tuple{
        member("image", &PinBlades::image),
        member("generation", &PinBlades::generation),
        member("blades", &PinBlades::blades),
    };
};

DIM_API_MESSAGE(PinBlades, limits::kReplyBytes)

}  // namespace dim::api
