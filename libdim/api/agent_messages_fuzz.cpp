#include "libdim/api/agent_messages.hpp"
#include "libdim/api/message_fuzz.hpp"
#include "libdim/api/message_samples.hpp"

namespace {

auto all() {
    using namespace dim::api;
    return std::tuple(samples::boot_request(), samples::boot_plan(), samples::stage_report(),
                      samples::failure_report(), samples::running_report(), samples::heartbeat(),
                      samples::enrolment_request(), samples::enrolment(),
                      samples::heartbeat_answer(), samples::move_report());
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() { return api::seeds_of(all()); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto samples = all();
    dim::api::check_one_of(samples, data, size);
    return 0;
}
