#include "initagent/bootp_reply.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {
dim::testing::Goal read_again("a reply with options, read, written and read again");
dim::testing::Goal overloaded("options in the fields of file and server name");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    const auto address = [](const char* text) { return *model::Ipv4Address::parse(text); };
    const std::string reply =
        serialize(agent::BootpReply{.transaction = 0x89abcdef,
                                    .message_type = 5,
                                    .client_mac = *model::MacAddress::parse("52:54:00:01:01:01"),
                                    .client_address = address("10.1.0.11"),
                                    .next_server = address("10.1.0.1"),
                                    .netmask = address("255.255.255.0"),
                                    .router = address("10.1.0.254"),
                                    .server_identifier = address("10.1.0.1"),
                                    .host_name = "s01c1b01"});
    std::string in_file = reply;
    constexpr std::size_t kFileField = 108;
    constexpr std::size_t kOptionsField = 240;
    in_file.replace(kFileField, 11, std::string("\x0c\x08s01c1b02\xff", 11));
    in_file.resize(kOptionsField);
    return {{"reply", reply}, {"overloaded", in_file + std::string("\x34\x01\x01\xff", 4)}};
}

// What was parsed, serialised and parsed again is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto reply = dim::agent::parse_bootp_reply({reinterpret_cast<const char*>(data), size});
    if (!reply) return 0;
    if (dim::agent::parse_bootp_reply(serialize(*reply)) != reply) std::abort();
    if (reply->netmask && !reply->host_name.empty()) read_again.reach();
    if (reply->host_name == "s01c1b02") overloaded.reach();
    return 0;
}
