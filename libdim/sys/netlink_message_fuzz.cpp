#include "libdim/sys/netlink_message.hpp"

#include <cstdlib>

// Arbitrary datagrams: no crash, and the messages read can be written and read again.

using namespace dim::sys;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    const auto messages = parse_netlink(datagram);
    if (!messages) return 0;
    std::string again;
    for (const NetlinkMessage& message : *messages) {
        (void)parse_link(message.payload);
        (void)parse_address(message.payload);
        again += netlink_request(message.type, 0, message.sequence, message.payload);
    }
    const auto second = parse_netlink(again);
    if (!second || second->size() != messages->size()) std::abort();
    for (std::size_t i = 0; i < messages->size(); ++i) {
        if ((*second)[i].type != (*messages)[i].type ||
            (*second)[i].payload != (*messages)[i].payload) {
            std::abort();
        }
    }
    return 0;
}
