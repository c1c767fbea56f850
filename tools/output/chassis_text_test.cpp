#include "tools/output/chassis_text.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

std::vector<bladecenter::BayReport> three_bays() {
    const auto bays = bladecenter::Bay::all();
    bladecenter::Blade blade{.power = bladecenter::PowerState::on,
                             .health = bladecenter::Health::good,
                             .led = bladecenter::Led::off,
                             .name = "db1",
                             .machine_type = "8842",
                             .type = model::BladeType::js20,
                             .machine_model = "21X",
                             .serial = "ZJ1R101",
                             .uuid = {},
                             .macs = {model::MacAddress::parse("00:0d:60:1e:81:1a").value()}};
    return {{bays[0], std::optional(blade)},
            {bays[1], std::optional<bladecenter::Blade>()},
            {bays[2], fail(ErrorCode::invalid_input, "no MAC address")}};
}

TEST(ChassisText, ABayThatIsNotUnderstoodIsNeitherEmptyNorLeftOut) {
    EXPECT_EQ(inventory_text(three_bays()),
              "BAY  POWER  TYPE  NAME  HEALTH  SERIAL   MAC\n"
              "1    on     js20  db1   good    ZJ1R101  00:0d:60:1e:81:1a\n"
              "2    empty  -     -     -       -        -\n"
              "3    ?      -     -     -       -        -\n");
    EXPECT_EQ(inventory_json(three_bays()),
              R"({"bays":[{"bay":1,"blade":{"power":"on","health":"good","led":"off",)"
              R"("name":"db1","type":"js20","machine_type":"8842","machine_model":"21X",)"
              R"("serial":"ZJ1R101","uuid":null,"macs":["00:0d:60:1e:81:1a"]}},)"
              R"({"bay":2,"blade":null},{"bay":3,"error":"no MAC address"}]})"
              "\n");
}

TEST(ChassisText, AChassisAndItsVitals) {
    const bladecenter::ChassisReport report{.name = "c1",
                                            .machine_type = "8677",
                                            .machine_model = "3XG",
                                            .serial = "K1",
                                            .uuid = {},
                                            .bays = 14,
                                            .installed = {true, false, true}};
    EXPECT_EQ(chassis_text(report), "name           c1\n"
                                    "machine        8677-3XG\n"
                                    "serial         K1\n"
                                    "uuid           -\n"
                                    "health         normal\n"
                                    "bays           14\n"
                                    "blades in bays 1 3\n");
    EXPECT_EQ(chassis_json(report),
              R"({"name":"c1","machine_type":"8677","machine_model":"3XG","serial":"K1",)"
              R"("uuid":null,"health":"normal","bays":14,"installed":[true,false,true]})"
              "\n");
    const bladecenter::Vitals vitals{
        .module = 31.0,
        .ambient = {},
        .blowers = {{.percent = 46, .state = bladecenter::PartState::good}, {}},
        .power_modules = {{.is_there = true,
                           .state = bladecenter::PartState::warning,
                           .details = "No input voltage."},
                          {}}};
    EXPECT_EQ(vitals_text(vitals), "management module  31.0 C\n"
                                   "ambient            -\n"
                                   "blower 1           46 %, good\n"
                                   "blower 2           -\n"
                                   "power module 1     warning: No input voltage.\n"
                                   "power module 2     not installed\n");
    EXPECT_EQ(vitals_json(vitals),
              R"({"module_celsius":31.0,"ambient_celsius":null,"blower_percent":[46,null],)"
              R"("blowers":[{"percent":46,"state":"good"},{"percent":null,"state":null}],)"
              R"("power_modules":[{"state":"warning","details":"No input voltage."},null]})"
              "\n");
}

TEST(ChassisText, TheEventLog) {
    const std::vector<bladecenter::EventLogEntry> entries{
        {"INFO", "BLADE_01", "db1", "2006-11-20 13:40:00", "Blade powered on."}};
    EXPECT_EQ(event_log_text(entries), "2006-11-20 13:40:00  INFO  BLADE_01   Blade powered on.\n");
    EXPECT_EQ(event_log_json(entries),
              R"({"events":[{"time":"2006-11-20 13:40:00","severity":"INFO","source":"BLADE_01",)"
              R"("name":"db1","text":"Blade powered on."}]})"
              "\n");
}

}  // namespace
}  // namespace dim::tool
