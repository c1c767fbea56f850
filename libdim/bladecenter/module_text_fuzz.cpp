#include "libdim/base/text.hpp"
#include "libdim/bladecenter/bay.hpp"
#include "libdim/bladecenter/event_log.hpp"
#include "libdim/bladecenter/module_text.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {
dim::testing::Goal spans("a span of MAC addresses");
dim::testing::Goal maps("a map of bays");
dim::testing::Goal temperatures("a temperature");
dim::testing::Goal speeds("a blower's speed");
dim::testing::Goal uuids("a UUID");
dim::testing::Goal events("a line of an event log");

void demand(bool is_true) {
    if (!is_true) std::abort();
}

bool is_printable(std::string_view text) { return dim::printable(text, text.size()) == text; }
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"mac", "00:0d:60:1e:81:1a"},
            {"mac_span", "00:0D:60:1E:81:1A -> 00:0D:60:1E:81:1B"},
            {"absent", "Not Available"},
            {"map", "10110000000001"},
            {"temperature", "26.00 Centigrade"},
            {"speed", "    46% of maximum"},
            {"uuid", "8EE0 8B80 1C02 11B2 8000 F0C3 B9E6 0001 "},
            {"event",
             "Severity:INFO  Source:BLADE_01  Name:SN#1  Date:11/20/06  Time:13:40:00  Text:on"}};
}

/// What is taken is a value of its kind and fit to print; a MAC address is read again as it is
/// written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace bladecenter = dim::bladecenter;
    const std::string_view text = dim::testing::text_of(data, size);
    if (const auto macs = bladecenter::parse_mac_text(text)) {
        demand(macs->size() <= 16 && std::ranges::is_sorted(*macs));
        for (const auto& mac : *macs)
            demand(bladecenter::parse_mac_text(to_string(mac)) == std::vector{mac});
        if (macs->size() > 1) spans.reach();
    }
    if (const auto map = bladecenter::parse_bay_map(text)) {
        demand(map->size() <= bladecenter::Bay::kLast);
        maps.reach();
    }
    if (const auto degrees = bladecenter::parse_temperature(text); degrees && *degrees) {
        demand(**degrees > -100 && **degrees < 300);
        temperatures.reach();
    }
    if (const auto percent = bladecenter::parse_blower_speed(text); percent && *percent) {
        demand(**percent >= 0 && **percent <= 100);
        speeds.reach();
    }
    if (const auto uuid = bladecenter::parse_uuid(text); uuid && *uuid) {
        demand((*uuid)->size() == 36);
        uuids.reach();
    }
    demand(is_printable(bladecenter::product_text(text)));
    if (const auto entry = bladecenter::parse_event_log_entry(text)) {
        demand(is_printable(entry->text) && is_printable(entry->time));
        events.reach();
    }
    return 0;
}
