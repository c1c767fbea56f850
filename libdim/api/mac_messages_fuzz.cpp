#include "libdim/api/mac_messages.hpp"
#include "libdim/api/message_fuzz.hpp"
#include "libdim/api/message_samples.hpp"

namespace {

auto all() {
    using namespace dim::api;
    return std::tuple(samples::mac_list(), samples::learn_macs());
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() { return api::seeds_of(all()); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto samples = all();
    dim::api::check_one_of(samples, data, size);
    return 0;
}
