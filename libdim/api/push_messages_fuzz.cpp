#include "libdim/api/message_fuzz.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/api/push_messages.hpp"

namespace {

auto all() {
    using namespace dim::api;
    return std::tuple(samples::offer_generation(), samples::incoming_generation(),
                      samples::sync_servers(), samples::server_sync_report(),
                      samples::server_sync_line());
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() { return api::seeds_of(all()); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto samples = all();
    dim::api::check_one_of(samples, data, size);
    return 0;
}
