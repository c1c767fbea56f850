#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/expansion/sample_two_chassis.hpp"
#include "libdim/testing/fuzz.hpp"
#include "tools/mac_file.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using dim::model::ComponentName;

dim::testing::Goal several("a blade with several MACs"), twice("a blade that is named twice"),
    wrong("a wrong line");

const dim::cluster::Taxonomy& taxonomy() {
    static const auto definition =
        dim::cluster::parse_cluster(dim::cluster::sample::two_chassis_xml("/k", 1, 1), "sample.xml")
            .value();
    return definition.taxonomy;
}

const std::set<ComponentName>& asked() {
    static const std::set<ComponentName> names{ComponentName::parse("s01c1b01").value(),
                                               ComponentName::parse("s01c1b02").value()};
    return names;
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"macs", "# boards\ns01c1b01,00:0d:60:1e:81:1a, 02:00:00:00:00:02\n"},
            {"twice", "s01c1b02,00:0d:60:1e:81:1a\nb2,00:0d:60:1e:81:1b\n"},
            {"wrong", "s01c1b01;00:0d:60:1e:81:1a\ns01c1b02,x\n"}};
}

/// What is taken is of blades that were asked about, bounded, and the same when it is written and
/// read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace tool = dim::tool;
    const auto read = tool::parse_mac_file(dim::testing::text_of(data, size), taxonomy(), asked());
    if (!read) return 0;
    if (read->problems.size() > tool::discover_limits::kProblems) std::abort();
    if (!read->problems.empty()) wrong.reach();
    for (const auto& [name, sighting] : read->sightings) {
        if (!asked().contains(name)) std::abort();
        if (!sighting.macs) {
            twice.reach();
            continue;
        }
        if (sighting.macs->size() > tool::discover_limits::kMacs) std::abort();
        if (sighting.macs->size() > 1) several.reach();
        std::string line = to_string(name) + ',';
        for (const auto& mac : *sighting.macs)
            line += to_string(mac) + ',';
        if (sighting.macs->size() == tool::discover_limits::kMacs) line.pop_back();
        const auto again = tool::parse_mac_file(line + '\n', taxonomy(), asked());
        if (!again || again->sightings.at(name).macs != sighting.macs) std::abort();
    }
    return 0;
}
