#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/xml/source_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// Whatever is accepted can be written and read again, is then the same and stands for the same;
/// whatever is refused comes with its place and a cure.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dim::cluster;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto source = parse_source(text, "fuzz.xml");
    if (!source) {
        if (!source.error().message().starts_with("fuzz.xml:")) std::abort();
        return 0;
    }
    const auto again = parse_source(to_xml(*source), "again.xml");
    if (!again || *again != *source) std::abort();
    const auto definition = define(*source, "fuzz.xml");
    const auto same = define(*again, "fuzz.xml");
    if (definition.has_value() != same.has_value()) std::abort();
    if (definition) {
        if (*definition != *same) std::abort();
        return 0;
    }
    const dim::Error& error = definition.error();
    if (!error.message().starts_with("fuzz.xml:") || error.cure().empty()) std::abort();
    return 0;
}
