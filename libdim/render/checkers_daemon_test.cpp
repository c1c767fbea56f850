#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/render/dhcpd_configuration.hpp"
#include "libdim/render/dns_zones.hpp"
#include "libdim/render/kea_configuration.hpp"
#include "libdim/render/sample_definition.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/source_directory.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

/// What the servers' own checkers say about what we render.
namespace dim::render {
namespace {

using namespace std::chrono_literals;

class CheckersDaemonTest : public ::testing::Test {
protected:
    std::string write(const std::string& file, const std::string& text) const {
        EXPECT_TRUE(sys::write_file_atomically(directory_ / file, text));
        return directory_ / file;
    }
    void expect_success(const std::vector<std::string>& arguments) const {
        const auto result =
            sys::run(arguments, 30s, {.environment = {"KEA_LOCKFILE_DIR=" + directory_.path()}});
        ASSERT_TRUE(result) << to_string(result.error());
        EXPECT_TRUE(result->status.is_success()) << arguments[0] << ": " << result->output;
    }
    void check_dhcp(const cluster::Definition& definition,
                    const std::vector<ServerHosts>& servers) const {
        const auto isc = render_dhcpd_configuration(definition, servers);
        ASSERT_TRUE(isc) << to_string(isc.error());
        expect_success({"/usr/sbin/dhcpd", "-t", "-4", "-cf", write("dhcpd.conf", *isc), "-lf",
                        write("dhcpd.leases", "")});
        const auto kea = render_kea_configuration(definition, servers, {});
        ASSERT_TRUE(kea) << to_string(kea.error());
        expect_success({"/usr/sbin/kea-dhcp4", "-t", write("kea.json", *kea)});
    }
    void check_dns(const cluster::Definition& definition, const std::string& server) const {
        std::vector<DnsZone> zones = render_reverse_zones(definition, samples::name(server), 17);
        zones.push_back(render_forward_zone(definition, samples::name(server), 17));
        std::string configuration;
        for (const DnsZone& zone : zones)
            configuration += "zone \"" + zone.name + "\" { type primary; file \"" +
                             write(zone.name, zone.text) + "\"; };\n";
        expect_success({"/usr/bin/named-checkconf", "-z", write("named.conf", configuration)});
        expect_success({"/usr/bin/named-checkzone", "-i", "local", zones.back().name,
                        directory_ / zones.back().name});
        expect_success({"/usr/bin/named-checkzone", "-i", "local", zones.front().name,
                        directory_ / zones.front().name});
    }

    dim::testing::TemporaryDirectory directory_;
};

TEST_F(CheckersDaemonTest, NothingAtAll) {
    check_dhcp(samples::definition(), {{samples::name("is01"), {}}});
    check_dns(samples::definition(), "is01");
}

TEST_F(CheckersDaemonTest, EveryOption) {
    check_dhcp(samples::rich_definition(),
               {{samples::name("is01"),
                 {samples::host("b1", "52:54:00:01:01:01", "10.1.0.11"),
                  samples::host("b2", "52:54:00:01:01:02", "10.1.0.12", "granite/1/zImage")}}});
}

TEST_F(CheckersDaemonTest, EveryKindOfName) { check_dns(samples::named_definition(), "s01"); }

/// As if every blade had an image.
std::vector<ServerHosts> all_hosts(const cluster::Definition& definition) {
    std::vector<ServerHosts> servers;
    for (const cluster::Server& server : definition.servers) {
        servers.push_back({server.name, dhcp_hosts_of(definition, server.name)});
        for (api::DhcpHost& host : servers.back().hosts) {
            host.image = model::ImageName::parse("granite").value();
            host.boot_file = "granite/1-0123abcd/zImage";
        }
    }
    return servers;
}

TEST_F(CheckersDaemonTest, EveryExample) {
    for (const std::string file :
         {"mini.xml", "pcs.xml", "flat.xml", "marenostrum.xml", "7000.xml"}) {
        SCOPED_TRACE(file);
        const auto xml =
            sys::read_file(testing::source_directory() + "/docs/examples/" + file).value();
        auto definition = cluster::parse_cluster(xml, file);
        ASSERT_TRUE(definition) << to_string(definition.error());
        definition->services.dns = cluster::DnsBackend::bind;
        check_dhcp(*definition, all_hosts(*definition));
        check_dns(*definition, to_string(definition->servers.front().name));
    }
}

TEST_F(CheckersDaemonTest, BladesOfOtherFirmware) {
    cluster::Definition definition = samples::large_definition(1, 3);
    definition.blades[0].type = model::BladeType::x86_64_uefi;
    definition.blades[1].type = model::BladeType::x86_64_bios;
    check_dhcp(definition, all_hosts(definition));
}

}  // namespace
}  // namespace dim::render
