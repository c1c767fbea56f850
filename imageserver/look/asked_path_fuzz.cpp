#include "imageserver/look/asked_path.hpp"
#include "libdim/base/text.hpp"
#include "libdim/testing/fuzz.hpp"

namespace {

dim::testing::Goal plain("a path of several names");
dim::testing::Goal escaped("a path with an escape in it");
dim::testing::Goal refused("what is no path");

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"plain", "/etc/motd"},
            {"escaped", R"(/var/a\20name\5c\ff)"},
            {"up", "/etc/../x"},
            {"no_escape", R"(/a\2/b\zz\)"}};
}

/// What is accepted leads nowhere but down, and can be asked for again.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string text(dim::testing::text_of(data, size));
    const auto path = dim::server::parse_asked_path(text);
    if (!path) {
        refused.reach();
        return 0;
    }
    if (path->contains('\0')) std::abort();
    if (!path->empty())
        for (const std::string_view name : dim::split(*path, '/'))
            if (name.empty() || name == "." || name == "..") std::abort();
    if (dim::server::parse_asked_path(dim::server::asked_path_text(*path)) != *path) std::abort();
    if (path->contains('/')) plain.reach();
    if (text.contains('\\') && !path->contains('\\')) escaped.reach();
    return 0;
}
