#include "imageserver/master/machine_list.hpp"
#include "imageserver/master/remote_samples.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstdlib>
#include <sys/stat.h>

// Arbitrary bytes as what a machine lists: what is taken is a tree, in order, with nothing outside.

namespace {

dim::testing::Goal lists("lists that are taken");
dim::testing::Goal failures("lists of a find that failed");

bool is_tree(const dim::server::MachineList& list) {
    if (list.names.empty() || !list.names.front().path.empty()) return false;
    for (std::size_t i = 1; i < list.names.size(); ++i) {
        const std::string& path = list.names[i].path;
        if (path <= list.names[i - 1].path || path.front() == '/' || path.back() == '/' ||
            ("/" + path + "/").find("/../") != std::string::npos)
            return false;
    }
    return true;
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    using dim::server::samples::listed;
    return {{"list", dim::server::samples::machine_list()},
            {"failed",
             listed("dim-list 1 1700000000") + listed("d 1 2 3 4.5 6.7 .") + listed("end 1")}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = dim::testing::text_of(data, size);
    dim::server::ListReader reader({.names = 1000});
    if (!reader.feed(text.substr(0, size / 2)) || !reader.feed(text.substr(size / 2))) return 0;
    if (reader.status().value_or(0) != 0) failures.reach();
    const auto list = std::move(reader).finish({});
    if (!list) return 0;
    if (!is_tree(*list)) std::abort();
    lists.reach();
    return 0;
}
