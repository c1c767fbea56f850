#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/definition/difference.hpp"
#include "libdim/cluster/definition/range_selection.hpp"
#include "libdim/cluster/names/fold_names.hpp"
#include "libdim/render/dhcpd_configuration.hpp"
#include "libdim/render/dns_zones.hpp"
#include "libdim/render/kea_configuration.hpp"
#include "libdim/render/name_list.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

/// Measures what DIM computes from one cluster definition; for bench/cluster_scale.
namespace {

using namespace dim;

constexpr std::size_t kFewestRuns = 5;
constexpr std::size_t kMostRuns = 101;
constexpr double kEnough = 300;  ///< milliseconds

/// The value of a step that must not fail: a benchmark of failures measures nothing.
template <class T>
T must(Result<T> result, std::string_view what) {
    if (result) return *std::move(result);
    std::cerr << "measure_cluster: " << what << ": " << to_string(result.error()) << '\n';
    std::exit(1);
}

double milliseconds_since(std::clock_t begin) {
    return static_cast<double>(std::clock() - begin) * 1000 / CLOCKS_PER_SEC;
}

/// Names and times of steps, in milliseconds: the median of several runs each. Processor time,
/// which is what they take on an idle machine, since they neither wait nor use several processors.
class Stopwatch {
public:
    void measure(const char* name, const auto& step) {
        std::vector<double> runs;
        const std::clock_t begin = std::clock();
        while (runs.size() < kFewestRuns ||
               (runs.size() < kMostRuns && milliseconds_since(begin) < kEnough)) {
            const std::clock_t start = std::clock();
            step();
            runs.push_back(milliseconds_since(start));
        }
        const auto middle = runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2);
        std::ranges::nth_element(runs, middle);
        times_[name] = *middle;
    }
    const nlohmann::ordered_json& times() const { return times_; }

private:
    nlohmann::ordered_json times_;
};

/// All blades, each with a boot file, as when an image is assigned to all.
std::vector<render::ServerHosts> hosts_of(const cluster::Definition& definition) {
    const auto image = must(model::ImageName::parse("granite"), "image name");
    std::vector<model::ComponentName> names;
    for (const cluster::Server& server : definition.servers)
        names.push_back(server.name);
    std::vector<render::ServerHosts> servers = render::server_hosts(definition, names);
    for (render::ServerHosts& server : servers) {
        for (api::DhcpHost& host : server.hosts) {
            host.image = image;
            host.boot_file = "granite/1/zImage.js20";
        }
    }
    return servers;
}

/// What standard daemons read, for all servers; returns its bytes.
std::size_t render_all(const cluster::Definition& definition,
                       const std::vector<render::ServerHosts>& servers) {
    const model::ComponentName& name_server = definition.servers.front().name;
    std::size_t bytes =
        must(render::render_dhcpd_configuration(definition, servers), "dhcpd").size();
    bytes += must(render::render_kea_configuration(definition, servers, {}), "kea").size();
    bytes += render::render_forward_zone(definition, name_server, 1).text.size();
    for (const auto& zone : render::render_reverse_zones(definition, name_server, 1)) {
        bytes += zone.text.size();
    }
    return bytes + render::render_hosts_file(definition).size();
}

std::vector<cluster::Position> select(const cluster::Definition& definition,
                                      const std::string& range) {
    return must(cluster::select_range(definition, range), range.substr(0, 40));
}

/// Both names of every component, and back.
void name_all(const cluster::Definition& definition,
              const std::vector<cluster::Position>& positions) {
    const cluster::Taxonomy& taxonomy = definition.taxonomy;
    for (const cluster::Position position : positions) {
        const auto by_name = must(taxonomy.find(taxonomy.name(position)), "name");
        const auto by_number = must(taxonomy.find(taxonomy.linear_name(position)), "linear name");
        if (by_name != position || by_number != position) std::abort();
    }
}

void measure_names(Stopwatch& stopwatch, const cluster::Definition& definition) {
    const auto everything =
        must(cluster::select_range(definition, "all", {.role = std::nullopt}), "all");
    stopwatch.measure("names: coordinate and linear, there and back",
                      [&] { name_all(definition, everything); });
    stopwatch.measure("names: list with addresses", [&] {
        const auto positions = select(definition, "all");
        if (must(render::name_list(definition, positions), "names").names.empty()) std::abort();
    });
}

void measure_ranges(Stopwatch& stopwatch, const cluster::Definition& definition) {
    const std::vector<cluster::Position> all = select(definition, "all");
    std::string one_by_one;
    for (const cluster::Position position : all) {
        one_by_one += (one_by_one.empty() ? "" : ",") + definition.taxonomy.linear_name(position);
    }
    const std::string folded = cluster::fold_names(definition.taxonomy, all);
    std::vector<cluster::Position> odd;
    for (const cluster::Position position : all) {
        if (position.number % 2 == 1) odd.push_back(position);
    }
    stopwatch.measure("ranges: select all", [&] { select(definition, folded); });
    stopwatch.measure("ranges: select by name, one by one",
                      [&] { select(definition, one_by_one); });
    stopwatch.measure("ranges: select by attributes",
                      [&] { select(definition, "all@type=js20,-b1,all@type!=js20@server!=none"); });
    stopwatch.measure("ranges: fold every second blade", [&] {
        if (cluster::fold_names(definition.taxonomy, odd).empty()) std::abort();
    });
}

void measure_rendering(Stopwatch& stopwatch, const cluster::Definition& definition) {
    const std::vector<render::ServerHosts> servers = hosts_of(definition);
    const model::ComponentName& name_server = definition.servers.front().name;
    stopwatch.measure("render: DHCP hosts of each server", [&] { hosts_of(definition); });
    stopwatch.measure("render: dhcpd.conf", [&] {
        must(render::render_dhcpd_configuration(definition, servers), "dhcpd");
    });
    stopwatch.measure("render: Kea", [&] {
        must(render::render_kea_configuration(definition, servers, {}), "kea");
    });
    stopwatch.measure("render: forward zone",
                      [&] { render::render_forward_zone(definition, name_server, 1); });
    stopwatch.measure("render: reverse zones",
                      [&] { render::render_reverse_zones(definition, name_server, 1); });
    stopwatch.measure("render: hosts", [&] { render::render_hosts_file(definition); });
    const std::vector<render::ServerHosts> one{servers.front()};
    stopwatch.measure("render: dhcpd.conf of one server",
                      [&] { must(render::render_dhcpd_configuration(definition, one), "dhcpd"); });
}

void measure_edit(Stopwatch& stopwatch, const cluster::Definition& before) {
    cluster::Definition after = before;
    cluster::Blade& blade = after.blades[after.blades.size() / 2];
    blade.mac = must(model::MacAddress::parse("06:00:00:00:00:01"), "MAC");
    stopwatch.measure("difference of a one-blade edit", [&] {
        if (cluster::difference(before, after).blades != 1) std::abort();
    });
}

std::uint64_t peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: measure_cluster CLUSTER-XML\n";
        return 2;
    }
    std::ifstream file(argv[1]);
    const std::string xml((std::istreambuf_iterator<char>(file)), {});
    const cluster::Definition definition = must(cluster::parse_cluster(xml, argv[1]), "load");
    const std::size_t rendered = render_all(definition, hosts_of(definition));
    const std::uint64_t memory = peak_memory();  // before the many runs below
    if (definition.blades.empty()) return 1;

    Stopwatch stopwatch;
    stopwatch.measure("load: read, validate, expand",
                      [&] { must(cluster::parse_cluster(xml, argv[1]), "load"); });
    measure_names(stopwatch, definition);
    measure_ranges(stopwatch, definition);
    measure_rendering(stopwatch, definition);
    measure_edit(stopwatch, definition);
    stopwatch.measure("load and render everything", [&] {
        const auto loaded = must(cluster::parse_cluster(xml, argv[1]), "load");
        render_all(loaded, hosts_of(loaded));
    });
    std::cout << nlohmann::ordered_json{{"blades", definition.blades.size()},
                                        {"servers", definition.servers.size()},
                                        {"xml_bytes", xml.size()},
                                        {"rendered_bytes", rendered},
                                        {"peak_memory_bytes", memory},
                                        {"milliseconds", stopwatch.times()}}
              << '\n';
    return 0;
}
