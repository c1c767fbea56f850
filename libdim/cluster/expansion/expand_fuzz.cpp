#include "libdim/base/text.hpp"
#include "libdim/cluster/definition/difference.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dim::cluster {
namespace {

dim::testing::Goal
    expanded("a cluster that holds every rule and is the same when it is written and read");
dim::testing::Goal changed_rules("such a cluster with patterns and ranges of the input");

model::ComponentName name(std::string_view text) { return *model::ComponentName::parse(text); }

/// A cluster whose patterns, rules and ranges are the LINES.
DefinitionSource source_of(const std::vector<std::string_view>& lines) {
    std::size_t next = 0;
    const auto text = [&](std::string_view otherwise) {
        const std::string_view line = next < lines.size() ? lines[next] : "";
        ++next;
        return std::string(line.empty() ? otherwise : line.substr(0, 255));
    };
    const auto network = name("bootnet");
    DefinitionSource source{.line = {1}, .name = name("fuzz")};
    source.networks.push_back({.line = {2},
                               .name = network,
                               .role = NetworkRole::bootnet,
                               .address = text("10.{server}.0.0/16"),
                               .address6 = text("fd00:{server}::/64"),
                               .per = text("server")});
    source.levels.push_back({{3}, {.name = "server", .symbol = text("s"), .width = 2, .last = 3}});
    source.levels.push_back(
        {{4}, {.name = "blade", .symbol = text("b"), .first = 0, .last = 20, .parent = 0}});
    source.components.push_back(
        {{5},
         {name("server"), ComponentRole::server, 0, text("is{server}"), text("is")},
         {.interfaces = {
              {{6}, network, *DeviceName::parse("eth0"), text("10.{server}.0.1"), {}}}}});
    source.components.push_back(
        {{7},
         {name("blade"), ComponentRole::blade, 1, text("s{server}b{blade}"), text("b")},
         {.type = SourceType{.type = model::BladeType::js20},
          .mac = text("02:00:00:00:{server}:{blade}"),
          .server = text("is{server}"),
          .interfaces = {{{8},
                          network,
                          {},
                          text("10.{server}.1.{blade+1}"),
                          text("fd00:{server}::{blade+1}")}}}});
    source.absents.push_back({{9}, text("s2b20")});
    source.groups.push_back({{10}, name("gpu"), text("s01,-b1")});
    source.sets.push_back({{11}, text("gpu"), {.properties = {{"rack", "a"}}}});
    source.sets.push_back(
        {{12}, text("s1b[0-3]"), {.type = SourceType{.type = model::BladeType::js21}}});
    source.sets.push_back({{13}, text("b1"), {.mac = text("02:00:00:00:99:{number}")}});
    return source;
}

void check_rules(const Definition& definition) {
    std::set<std::string> hosts;
    std::set<model::Ipv4Address> addresses;
    for (const HostAddress& host : host_addresses(definition)) {
        const Network* network = find_network(definition, host.network);
        if (network == nullptr || !network->network.contains_host(host.address)) std::abort();
        if (!hosts.insert(host.host).second || !addresses.insert(host.address).second) std::abort();
    }
    for (const Blade& blade : definition.blades) {
        const auto bootnet = bootnet_of(definition, blade.server);
        const auto address = bootnet_address(definition, blade);
        if (!bootnet || !address || !bootnet->network.network.contains(*address)) std::abort();
        if (definition.taxonomy.find(to_string(blade.name)) != blade.position) std::abort();
    }
    if (difference(definition, definition) != DefinitionDifference()) std::abort();
}

}  // namespace
}  // namespace dim::cluster

/// An empty line: what source_of says instead.
dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"as-it-is", "\n"},
            {"networks", "10.{server}.0.0/17\nfd00:{server}::/96\nserver"},
            {"names", "\n\n\nimg{server}\nimg\n\n\n\n\nimg{server}"},
            {"addresses", "\n\n\n\n\n10.{server}.0.2\n\n\n\n\n10.{server}.2.{blade+1}"},
            {"ranges", "\n\n\n\n\n\n\n\n\n\n\n\ns2b[18-20]\ns1,-b2\ngpu\ns1b[0-5]"},
            {"unknown", "\n\n\n\n\n\n\n\n\n\n\n\ns9b1\nb77"}};
}

/// Patterns, rules and ranges, one on a line: what is accepted holds every rule of a Definition,
/// and is the same when it is written and read; what is refused names its line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dim::cluster;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const DefinitionSource source = source_of(dim::split(text, '\n'));
    const auto definition = define(source, "fuzz.xml");
    if (!definition) {
        if (!definition.error().message().starts_with("fuzz.xml:")) std::abort();
        if (definition.error().cure().empty()) std::abort();
        return 0;
    }
    check_rules(*definition);
    const auto again = parse_cluster(to_xml(source), "again.xml");
    if (!again || *again != *definition) std::abort();
    expanded.reach();
    if (text.size() > 10) changed_rules.reach();
    return 0;
}
