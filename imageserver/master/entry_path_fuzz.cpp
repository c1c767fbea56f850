#include "imageserver/master/entry_path.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstdlib>

// Arbitrary names: what is taken has no empty name, no "." and no "..", and is taken again as it
// is.

namespace {
dim::testing::Goal taken("names taken and taken again");
dim::testing::Goal mended("names that are another path");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"plain", "usr/bin/tool"},
            {"dots", "./usr//bin/"},
            {"out", "usr/../../etc"},
            {"absolute", "/etc/passwd"},
            {"root", "./"}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view name = dim::testing::text_of(data, size);
    const auto path = dim::server::entry_path(name);
    if (!path) return 0;
    const std::string framed = "/" + *path + "/";
    if (framed.find("/../") != framed.npos || framed.find("/./") != framed.npos) std::abort();
    if (!path->empty() && framed.find("//") != framed.npos) std::abort();
    if (dim::server::entry_path(*path) != *path) std::abort();
    taken.reach();
    if (*path != name) mended.reach();
    return 0;
}
