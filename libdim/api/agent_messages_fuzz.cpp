#include "libdim/api/agent_messages.hpp"
#include "libdim/api/message_fuzz.hpp"
#include "libdim/api/message_samples.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dim::api;
    check_one_of(data, size, samples::boot_request(), samples::boot_plan(), samples::stage_report(),
                 samples::failure_report(), samples::running_report(), samples::heartbeat());
    return 0;
}
