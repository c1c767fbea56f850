#include "qemu-tests/chassis/monitor.hpp"

#include <gmock/gmock.h>

namespace dim::chassis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MonitorReader, PassesOverWhatIsNoEvent) {
    MonitorReader reader;
    EXPECT_THAT(reader.take("nonsense\n[]\n{\"event\": 3}\n{\"event\": \"NIC_RX_FILTER\"}\n"
                            "{\"return\": {}}\n{\"return\": {\"status\": \"inmigrate\"}}\n"),
                IsEmpty());
    EXPECT_THAT(reader.take(std::string(70000, 'x')), IsEmpty());
    EXPECT_THAT(reader.take("{\"event\": \"RESET\"}\n"), ElementsAre(MonitorEvent::was_reset));
}

TEST(MonitorReader, TellsWhatAMachineDoes) {
    MonitorReader reader;
    EXPECT_THAT(reader.take("{\"return\": {\"status\": \"running\"}}\n{\"error\": {}}\n{\"eve"),
                ElementsAre(MonitorEvent::runs, MonitorEvent::refused));
    EXPECT_THAT(reader.take("nt\": \"RESUME\"}\n"), ElementsAre(MonitorEvent::runs));
    EXPECT_THAT(
        reader.take(R"({"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}})"
                    "\n"
                    R"({"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}})"
                    "\n"),
        ElementsAre(MonitorEvent::ends_to_reset, MonitorEvent::ends));
}

TEST(Monitor, CommandsAreLines) {
    EXPECT_EQ(monitor_command("inject-nmi"), "{\"execute\":\"inject-nmi\"}\n");
}

}  // namespace
}  // namespace dim::chassis
