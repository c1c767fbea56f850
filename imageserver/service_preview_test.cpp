#include "imageserver/service/configured_service.hpp"
#include "imageserver/service/fake_service_control.hpp"
#include "imageserver/service_preview.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/render/dhcpd_configuration.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

/// Two image servers of four blades each; MORE goes before its end.
cluster::Definition definition(const std::string& more = {}, const std::string& services = {}) {
    return cluster::parse_cluster(R"(<cluster xmlns="urn:dim:cluster:1" name="demo">)" + services +
                                      R"(
  <network name="bootnet" per="server" role="bootnet" address="10.{server}.0.0/16"/>
  <level name="server" symbol="s" width="2" last="2">
    <component name="server" role="server">
      <interface network="bootnet" device="eth1" address="10.{server}.0.1"/>
    </component>
    <level name="blade" symbol="b" width="2" last="4">
      <component name="blade" role="blade" type="js20" mac="52:54:00:00:{server}:{blade}">
        <interface network="bootnet" address="10.{server}.1.{blade}"/>
      </component>
    </level>
  </level>)" + more + "</cluster>",
                                  "cluster.xml")
        .value();
}

const model::ComponentName kServer = model::ComponentName::parse("s01").value();

ServiceInput input_of(const cluster::Definition& definition) {
    ServiceInput input{definition, kServer, render::dhcp_hosts_of(definition, kServer), {}};
    input.clients.bootnet = cluster::bootnet_of(definition, kServer)->network.network;
    for (const cluster::Blade& blade : cluster::blades_of(definition, kServer))
        input.clients.blades.emplace(blade.name, *cluster::bootnet_address(definition, blade));
    return input;
}

api::BladeImage image_of(const std::string& blade, bool is_exported) {
    return {model::ComponentName::parse(blade).value(),
            model::ImageName::parse("granite").value(),
            model::Generation::from_number(1).value(),
            "/x",
            1,
            1,
            true,
            is_exported,
            {}};
}

std::vector<std::string>
reloads(const cluster::Definition& before, const cluster::Definition& after,
        const std::vector<api::BladeImage>& images = {image_of("s01b01", true)}) {
    return reloaded_services(input_of(before), input_of(after), images).value();
}

using Names = std::vector<std::string>;

constexpr const char* kOwnMove =
    R"(<set for="s01b01"><interface network="bootnet" address="10.1.9.9"/></set>)";
constexpr const char* kOthersMove =
    R"(<set for="s02b01" mac="52:54:00:ff:ff:01"><interface network="bootnet" address="10.2.9.9"/></set>)";

TEST(ServicePreview, NamesWhatAChangeReloads) {
    EXPECT_EQ(reloads(definition(), definition(kOwnMove)), (Names{"dhcpd", "ganesha"}));
    EXPECT_EQ(reloads(definition(), definition(kOwnMove), {image_of("s01b01", false)}),
              Names{"dhcpd"})
        << "who has no image is not in the exports";
    EXPECT_EQ(reloads(definition(), definition({}, R"(<services dhcp="kea" dns="bind"/>)")),
              (Names{"kea-dhcp4", "named"}));
}

TEST(ServicePreview, AChangeOfAnotherServerReloadsOnlyTheNameServer) {
    EXPECT_EQ(reloads(definition(), definition(kOthersMove)), Names());
    const std::string with_names = R"(<services dns="bind"/>)";
    EXPECT_EQ(reloads(definition({}, with_names), definition(kOthersMove, with_names)),
              Names{"named"});
    const std::string with_kea = R"(<services dhcp="kea"/>)";
    EXPECT_EQ(reloads(definition({}, with_kea), definition(kOthersMove, with_kea)), Names());
    EXPECT_EQ(reloads(definition({}, with_kea), definition(kOwnMove, with_kea)),
              (Names{"kea-dhcp4", "ganesha"}));
}

/// What the preview says is what happens.
TEST(ServicePreview, AServiceIsLeftAloneWhenAnotherServersBladesChange) {
    const testing::TemporaryDirectory directory;
    FakeServiceControl control;
    ConfiguredService service(control, {.service = {.name = "dhcpd", .arguments = {"/bin/true"}},
                                        .directory = directory.path()});
    const auto apply = [&](const cluster::Definition& wanted) {
        const render::ServerHosts hosts{kServer, render::dhcp_hosts_of(wanted, kServer)};
        const ConfigFile file{.path = directory / "dhcpd.conf",
                              .bytes =
                                  render::render_dhcpd_configuration(wanted, {&hosts, 1}).value()};
        return service.apply({&file, 1}).value();
    };
    using enum ConfiguredService::Outcome;
    EXPECT_EQ(apply(definition()), loaded);
    EXPECT_EQ(apply(definition(kOthersMove)), unchanged);
    EXPECT_EQ(apply(definition(kOwnMove)), loaded);
}

}  // namespace
}  // namespace dim::server
