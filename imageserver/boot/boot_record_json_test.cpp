#include "imageserver/boot/agent_reports.hpp"
#include "imageserver/boot/boot_record_json.hpp"
#include "imageserver/boot/boot_samples.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::at;

TEST(BootRecordJson, RefusesWhatIsNoRecord) {
    EXPECT_FALSE(parse_boot_record(""));
    EXPECT_FALSE(parse_boot_record("{}"));
    EXPECT_FALSE(parse_boot_record("{\"key\":1,\"blade\":\"../x\"}"));
}

TEST(BootRecordJson, ReadsBackAsWritten) {
    auto record =
        apply_boot_request(samples::blade(), std::nullopt, samples::boot_request(9), at(9)).record;
    EXPECT_EQ(parse_boot_record(to_json(record)), record);
    record = apply_plan(record, samples::boot_plan(), "hash", at(9.1)).record;
    record = apply_failure(samples::blade(), record,
                           samples::failure_report(model::BootStage::mount_root, 10), at(10))
                 .record;
    record = apply_move(record, samples::move_report(2, 11, "Stale file handle"), at(11)).record;
    ASSERT_TRUE(record.failed_move);
    EXPECT_EQ(record.kernel_release, "6.1.0");
    record.actimeo_seconds = 3;
    record.boot_file = "debian/3/x86_64-01234567/linux.efi";
    record.firmware = record.address = record.loaded = record.running = record.exec = record.lost =
        at(11);
    EXPECT_EQ(parse_boot_record(to_json(record)), record);
}

}  // namespace
}  // namespace dim::server
