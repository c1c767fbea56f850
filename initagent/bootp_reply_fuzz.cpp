#include "initagent/bootp_reply.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// What was parsed, serialised and parsed again is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto reply = dim::agent::parse_bootp_reply({reinterpret_cast<const char*>(data), size});
    if (reply && dim::agent::parse_bootp_reply(serialize(*reply)) != reply) std::abort();
    return 0;
}
