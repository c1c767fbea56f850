#include "libdim/sys/internet_endpoint.hpp"

namespace dim::sys {

std::string endpoint_text(std::uint32_t address, std::uint16_t port) {
    return std::to_string(address >> 24) + '.' + std::to_string(address >> 16 & 0xff) + '.' +
           std::to_string(address >> 8 & 0xff) + '.' + std::to_string(address & 0xff) + ':' +
           std::to_string(port);
}

}  // namespace dim::sys
