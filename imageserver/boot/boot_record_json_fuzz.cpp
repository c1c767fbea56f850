#include "imageserver/boot/boot_record_json.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstdint>
#include <cstdlib>

namespace {
dim::testing::Goal read_again("a record with a failure, read, written and read again");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    using namespace server;
    using samples::at;
    BootRecord record =
        apply_boot_request(samples::blade(), std::nullopt, samples::boot_request(9), at(9)).record;
    const std::string booting = to_json(record);
    record = apply_plan(record, samples::boot_plan(), "hash", at(9.1)).record;
    record = apply_failure(samples::blade(), record,
                           samples::failure_report(model::BootStage::mount_root, 10), at(10))
                 .record;
    const std::string failed = to_json(record);
    record = apply_move(record, samples::move_report(2, 11, "Stale file handle"), at(11)).record;
    return {{"booting", booting}, {"failed", failed}, {"failed-move", to_json(record)}};
}

// What is read is written so that it reads the same again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dim::server;
    const auto record = parse_boot_record({reinterpret_cast<const char*>(data), size});
    if (!record) return 0;
    if (parse_boot_record(to_json(*record)) != record) std::abort();
    if (record->failure) read_again.reach();
    return 0;
}
