#include "libdim/testing/fuzz.hpp"
#include "tools/discover_answers.hpp"

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace {

using dim::model::ComponentName;

const std::set<ComponentName>& asked() {
    static const std::set<ComponentName> names{ComponentName::parse("s01c1b01").value(),
                                               ComponentName::parse("s01c1b02").value()};
    return names;
}

dim::testing::Goal seen("a blade's MACs"), placed("a blade's place"), empty("an empty place"),
    refused("a blade's failure"), lost("a line that names no blade");

/// The line that says what was understood.
std::string line_of(const ComponentName& name, const dim::tool::Sighting& sighting) {
    nlohmann::json line{{"name", to_string(name)}, {"mac", nlohmann::json::array()}};
    for (const auto& mac : *sighting.macs)
        line["mac"].push_back(to_string(mac));
    if (sighting.place) {
        line["module"] = to_string(sighting.place->module);
        line["bay"] = sighting.place->bay;
    }
    return line.dump() + '\n';
}

/// What was understood is understood the same again, of blades that were asked about alone.
void check(std::string_view text) {
    const auto answers = dim::tool::parse_discover_answers(text, asked());
    if (!answers) return;
    if (!answers->problems.empty()) lost.reach();
    for (const auto& [name, sighting] : answers->sightings) {
        if (!asked().contains(name)) std::abort();
        if (!sighting.macs) {
            refused.reach();
            continue;
        }
        (sighting.macs->empty() ? empty : seen).reach();
        if (sighting.place) placed.reach();
        const auto again =
            dim::tool::parse_discover_answers(line_of(name, sighting), asked()).value();
        const auto& same = again.sightings.at(name);
        if (same.macs != sighting.macs || same.place != sighting.place) std::abort();
    }
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {
        {"macs", R"({"name":"s01c1b01","mac":["00:0d:60:1e:81:1a","02:00:00:00:00:02"]})"},
        {"place", R"({"name":"s01c1b01","mac":"00:0d:60:1e:81:1a","module":"s01c1mm","bay":1})"},
        {"empty", R"({"name":"s01c1b02","mac":[]})"},
        {"error", R"({"name":"s01c1b02","error":"no answer"})"},
        {"twice", "{\"name\":\"s01c1b02\",\"mac\":[]}\n{\"name\":\"s01c1b02\",\"mac\":[]}"},
        {"stranger", R"({"name":"s09c1b01","mac":[]})"},
        {"deep", R"({"name":"s01c1b01","mac":[[[[1]]]]})"},
        {"no-json", "name=s01c1b01\n\n"},
    };
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check({reinterpret_cast<const char*>(data), size});
    return 0;
}
