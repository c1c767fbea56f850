#include "imageserver/service/child_record.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

ChildRecord record() {
    return {.token = "0011aabb",
            .arguments = {"/usr/sbin/dhcpd", "-cf", "a \"b\""},
            .since = model::Timestamp::parse("2026-11-20T13:40:00.000250Z").value(),
            .process = sys::ProcessIdentity{.pid = 4711, .start_ticks = 8'000'000'000},
            .executable = "/usr/sbin/dhcpd",
            .is_ready = true};
}

TEST(ChildRecord, RefusesDamage) {
    const std::string good = to_json(record());
    for (std::size_t size = 0; size + 2 < good.size(); ++size)
        EXPECT_FALSE(parse_child_record(std::string_view(good).substr(0, size))) << size;
    const std::string start =
        R"({"token":"a","since":"2026-11-20T13:40:00.000250Z","executable":"","is_ready":false,"arguments":[])";
    ASSERT_TRUE(parse_child_record(start + "}"));
    for (const std::string_view pid : {"-1", "0", "1.5", "\"1\"", "4294967297", "null"}) {
        EXPECT_FALSE(
            parse_child_record(start + ",\"pid\":" + std::string(pid) + ",\"start_ticks\":1}"))
            << pid;
    }
    EXPECT_FALSE(parse_child_record(start + ",\"pid\":1}"));
    EXPECT_FALSE(parse_child_record("[]"));
    EXPECT_FALSE(parse_child_record(
        R"({"token":"a","since":"now","executable":"","is_ready":false,"arguments":[]})"));
    EXPECT_FALSE(parse_child_record(
        R"({"token":"a","since":"2026-11-20T13:40:00.000250Z","executable":"","is_ready":false,"arguments":[1]})"));
}

TEST(ChildRecord, ReadsWhatItWrites) {
    ChildRecord with_process = record();
    EXPECT_TRUE(parse_child_record(to_json(with_process)).value() == with_process);
    with_process.confinement = "user=_kea capabilities=net_raw";
    EXPECT_TRUE(parse_child_record(to_json(with_process)).value() == with_process);
    with_process.process.reset();
    EXPECT_TRUE(parse_child_record(to_json(with_process)).value() == with_process);
}

}  // namespace
}  // namespace dim::server
