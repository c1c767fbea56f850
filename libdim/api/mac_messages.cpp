#include "libdim/api/mac_messages.hpp"

#include "libdim/api/codec.hpp"

namespace dim::api {

template <>
struct Members<MacPlace> {
    static constexpr auto kAll =
        std::tuple{member("module", &MacPlace::module), member("bay", &MacPlace::bay)};
};

template <>
struct Members<BladeMac> {
    static constexpr auto kAll = std::tuple{
        member("blade", &BladeMac::blade),
        member("mac", &BladeMac::mac),
        member("source", &BladeMac::source, limits::kMacSourceBytes),
        member("place", &BladeMac::place),
        member("since", &BladeMac::since),
        member("unused", &BladeMac::unused),
        member("unused_source", &BladeMac::unused_source, limits::kMacSourceBytes),
        member("cause", &BladeMac::cause),
    };
};

template <>
struct Members<MacList> {
    static constexpr auto kAll = std::tuple{
        member("number", &MacList::number),
        member("blades", &MacList::blades, limits::kComponents),
    };
};

template <>
struct Members<MacChange> {
    static constexpr auto kAll = std::tuple{
        member("blade", &MacChange::blade),
        member("mac", &MacChange::mac),
        member("place", &MacChange::place),
    };
};

template <>
struct Members<LearnMacs> {
    static constexpr auto kAll = std::tuple{
        member("source", &LearnMacs::source, limits::kMacSourceBytes),
        member("changes", &LearnMacs::changes, limits::kComponents),
        member("base", &LearnMacs::base),
    };
};

DIM_API_MESSAGE(MacPlace, limits::kMessageBytes)
DIM_API_MESSAGE(BladeMac, limits::kMessageBytes)
DIM_API_MESSAGE(MacChange, limits::kMessageBytes)
DIM_API_MESSAGE(MacList, limits::kReplyBytes)
DIM_API_MESSAGE(LearnMacs, limits::kMacChangesBytes)

}  // namespace dim::api
