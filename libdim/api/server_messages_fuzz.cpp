#include "libdim/api/message_fuzz.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/api/server_messages.hpp"

namespace {

auto all() {
    using namespace dim::api;
    return std::tuple(samples::invite_server(), samples::server_token(), samples::join_cluster(),
                      samples::join_request(), samples::join_answer(), samples::server_list(),
                      samples::rollout_proposal(), samples::member_answer());
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() { return api::seeds_of(all()); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto samples = all();
    dim::api::check_one_of(samples, data, size);
    return 0;
}
