#include "libdim/api/message_fuzz.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/api/sync_messages.hpp"

namespace {

auto all() {
    using namespace dim::api;
    return std::tuple(samples::sync_image(), samples::sync_report(), samples::sync_line(),
                      samples::sync_log_query(), samples::sync_log(), samples::undo_sync(),
                      samples::sync_conflict_query(), samples::sync_conflict_list(),
                      samples::resolve_conflicts());
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() { return api::seeds_of(all()); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto samples = all();
    dim::api::check_one_of(samples, data, size);
    return 0;
}
