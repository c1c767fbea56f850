#include "imageserver/nfs/nfsd_exports.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>

namespace {

dim::testing::Goal exports("a table with an export of ours");

constexpr std::string_view kRoot = "/m";

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"one", "/m/blades/b\t10.1.0.11(rw,sync,fsid=0011,sec=sys,rw)\n"},
            {"others", "/srv\t*(ro)\n/m/shared/i/1\t10.1.0.0/24(ro)\n/mm/x\th(rw)\n"},
            {"damaged", "/m/x\n/m/x\t(rw)\n/m/x\th(rw\n"}};
}

/// What is found is below the root, one line each, and there is nothing to do where it is wanted.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace dim::server;
    const auto found = parse_export_table(dim::testing::text_of(data, size), kRoot);
    for (const NfsdExport& entry : found) {
        const bool is_ours = entry.directory.starts_with("/m/") && !entry.client.empty() &&
                             !entry.client.contains('(') && !entry.directory.contains('\n');
        if (!is_ours) std::abort();
    }
    if (!change_of(found, {}).offered.empty()) std::abort();
    if (!change_of(found, found).withdrawn.empty()) std::abort();
    if (!found.empty()) exports.reach();
    return 0;
}
