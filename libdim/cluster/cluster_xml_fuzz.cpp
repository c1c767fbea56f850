#include "libdim/cluster/cluster_xml.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// Whatever is accepted can be written and read again, and is then the same; whatever is refused
/// comes with a message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto definition = dim::cluster::parse_cluster(text, "fuzz.xml");
    if (!definition) {
        if (!definition.error().message().starts_with("fuzz.xml:")) std::abort();
        return 0;
    }
    const auto again = dim::cluster::parse_cluster(dim::cluster::to_xml(*definition), "again.xml");
    if (!again || *again != *definition) std::abort();
    return 0;
}
