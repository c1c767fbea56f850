#include "initagent/module_index.hpp"
#include "libdim/base/text.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {
dim::testing::Goal by_alias("a module that an alias asks for");
dim::testing::Goal several("several modules to load for one");
}  // namespace

// Sections that end with NUL: the four indexes, and what is asked for.
dim::testing::Seeds dim::testing::fuzz_seeds() {
    using namespace std::string_literals;
    return {{"alias",
             "a/e1000e.ko: a/ptp.ko\na/ptp.ko:\n\0alias pci:v*d[0-9]* e1000e\n\0\0\0pci:v1d2"s},
            {"softdep",
             "lib-a.ko:\nb.ko:\n\0alias c b\n\0softdep lib_a pre: c post: b\n\0x/d.ko\n\0lib-a"s}};
}

// All that is to be loaded is a file of modules.dep, once, and lies below its directory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::vector<std::string_view> parts = dim::split(text, '\0');
    parts.resize(5);
    const auto index =
        dim::agent::ModuleIndex::parse({std::string(parts[0]), std::string(parts[1]),
                                        std::string(parts[2]), std::string(parts[3])});
    if (!index) return 0;
    for (const std::string& module : index->find(parts[4])) {
        std::vector<std::string> files = index->load_order(module);
        if (files.empty()) std::abort();
        for (const std::string& file : files)
            if (!parts[0].contains(file) || file.starts_with('/') || ("/" + file).contains("/../"))
                std::abort();
        if (module != parts[4] && !parts[4].contains('-')) by_alias.reach();
        if (files.size() > 1) several.reach();
        std::ranges::sort(files);
        if (std::ranges::adjacent_find(files) != files.end()) std::abort();
    }
    return 0;
}
