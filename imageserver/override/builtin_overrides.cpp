#include "imageserver/override/builtin_overrides.hpp"

#include "libdim/base/text.hpp"
#include "libdim/override/fstab.hpp"
#include "libdim/override/hosts_file.hpp"
#include "libdim/override/interfaces_file.hpp"
#include "libdim/override/resolver_file.hpp"
#include "libdim/override/setting_lines.hpp"

#include <algorithm>
#include <set>

namespace dim::server {

namespace {

using overrides::Builtin;

constexpr std::string_view kLocalHosts = "127.0.0.1\tlocalhost\n"
                                         "::1\tlocalhost ip6-localhost ip6-loopback\n";
constexpr std::string_view kInterfaces = "etc/network/interfaces";
/// What is read of all of them at most.
constexpr std::size_t kInterfacesBytes = std::size_t{256} << 10;
constexpr std::string_view kInterfacesDirectory = "etc/network/interfaces.d";
constexpr std::string_view kSuseNetwork = "etc/sysconfig/network";
constexpr std::string_view kRedHatNetwork = "etc/sysconfig/network-scripts";
constexpr std::string_view kIfcfg = "ifcfg-";
constexpr std::size_t kTargetShown = 60;

std::string rule_of(Builtin builtin) { return "built-in " + std::string(to_string(builtin)); }

/// The bytes as text, for edits; they are no secret.
std::string text_of(const BladeRoot::File& file) { return std::string(file.bytes.view()); }

class BuiltinRules {
public:
    BuiltinRules(const cluster::Definition& definition, const cluster::Blade& blade,
                 const overrides::Settings& settings, const BladeRoot& root,
                 BladeIdentities& identities)
        : definition_(definition),
          blade_(blade),
          settings_(settings),
          root_(root),
          identities_(identities) {}

    Result<WantedFiles> make() {
        for (const Builtin builtin : overrides::kBuiltins) {
            if (settings_.is_on(builtin)) {
                DIM_CHECK(run(builtin));
            } else {
                idle(builtin, "switched off");
            }
        }
        return std::move(wanted_);
    }

private:
    Result<void> run(Builtin builtin) {
        switch (builtin) {
            case Builtin::hostname: return hostname();
            case Builtin::hosts: return hosts();
            case Builtin::machine_id: return machine_id();
            case Builtin::ssh_host_keys: return ssh_host_keys();
            case Builtin::fstab: return fstab();
            case Builtin::selinux: return selinux();
            case Builtin::root_interface: return root_interface();
            case Builtin::time_servers: return time_servers();
            case Builtin::resolver: return resolver();
        }
        return {};
    }

    void idle(Builtin builtin, std::string reason) {
        wanted_.idle.push_back({rule_of(builtin), std::move(reason)});
    }

    void want(Builtin builtin, std::string path, std::string text, mode_t mode = 0644) {
        wanted_.files.push_back({.path = std::move(path),
                                 .rule = rule_of(builtin),
                                 .bytes = tls::SecretText(std::move(text)),
                                 .mode = mode});
    }

    /// With the mode and owner it has now.
    void want_edited(Builtin builtin, std::string path, const BladeRoot::File& now,
                     std::string text) {
        wanted_.files.push_back({.path = std::move(path),
                                 .rule = rule_of(builtin),
                                 .bytes = tls::SecretText(std::move(text)),
                                 .mode = now.mode,
                                 .owner = now.owner});
    }

    void note_problem(Builtin builtin, std::string path, Error error) {
        wanted_.files.push_back(
            {.path = std::move(path), .rule = rule_of(builtin), .problem = std::move(error)});
    }

    /// What is at PATH now. Nothing when it is not there, or cannot be read: that is noted.
    std::optional<BladeRoot::File> now(Builtin builtin, const std::string& path) {
        auto file = root_.read(path);
        if (file) return std::move(*file);
        note_problem(builtin, path, std::move(file).error());
        return std::nullopt;
    }

    bool has_problem(std::string_view path) const {
        return std::ranges::any_of(wanted_.files, [&](const WantedFile& file) {
            return file.path == path && file.problem.has_value();
        });
    }

    Result<void> hostname() {
        want(Builtin::hostname, "etc/hostname", blade_.name.text() + "\n");
        return {};
    }

    Result<void> hosts() {
        const std::string path = "etc/hosts";
        const auto file = now(Builtin::hosts, path);
        if (has_problem(path)) return {};
        std::vector<overrides::HostLine> lines;
        for (const cluster::HostAddress& host : cluster::host_addresses(definition_)) {
            const cluster::Server* server = cluster::find_server(definition_, blade_.server);
            if (host.position != blade_.position &&
                (server == nullptr || host.position != server->position))
                continue;
            lines.push_back(
                {to_string(host.address), {host.host + "." + definition_.domain, host.host}});
            if (host.address6) lines.push_back({to_string(*host.address6), lines.back().names});
        }
        if (file) {
            want_edited(Builtin::hosts, path, *file,
                        overrides::with_host_lines(text_of(*file), lines));
        } else {
            want(Builtin::hosts, path, overrides::with_host_lines(kLocalHosts, lines));
        }
        return {};
    }

    Result<void> machine_id() {
        DIM_TRY(const bool has_systemd, root_.has_directory("etc/systemd"));
        DIM_TRY(const bool has_file, root_.has_file("etc/machine-id"));
        DIM_TRY(const bool has_dbus_file, root_.has_file("var/lib/dbus/machine-id"));
        if (!has_systemd && !has_file && !has_dbus_file) {
            idle(Builtin::machine_id, "the image has neither /etc/machine-id nor /etc/systemd");
            return {};
        }
        DIM_TRY(const std::string id, identities_.machine_id(blade_.name));
        if (has_systemd || has_file) want(Builtin::machine_id, "etc/machine-id", id + "\n", 0444);
        // Of D-Bus alone; where there is systemd it is mostly a link to the other.
        if (has_dbus_file) want(Builtin::machine_id, "var/lib/dbus/machine-id", id + "\n", 0444);
        return {};
    }

    Result<void> ssh_host_keys() {
        DIM_TRY(const bool has_ssh, root_.has_directory("etc/ssh"));
        if (!has_ssh) {
            idle(Builtin::ssh_host_keys, "the image has no directory /etc/ssh");
            return {};
        }
        DIM_TRY(std::vector<BladeIdentities::KeyFile> keys, identities_.ssh_host_keys(blade_.name));
        if (keys.empty()) idle(Builtin::ssh_host_keys, "the server has no ssh-keygen");
        for (BladeIdentities::KeyFile& key : keys) {
            wanted_.files.push_back({.path = "etc/ssh/" + key.name,
                                     .rule = rule_of(Builtin::ssh_host_keys),
                                     .bytes = std::move(key.bytes),
                                     .mode = key.is_secret ? mode_t{0600} : mode_t{0644}});
        }
        return {};
    }

    Result<void> fstab() {
        const std::string path = "etc/fstab";
        const auto file = now(Builtin::fstab, path);
        if (file) {
            want_edited(Builtin::fstab, path, *file,
                        overrides::fstab_without_disks(text_of(*file)));
        } else if (!has_problem(path)) {
            idle(Builtin::fstab, "the image has no /etc/fstab");
        }
        // systemd would wait for each of them, and fail.
        const std::string encrypted = "etc/crypttab";
        if (const auto disks = now(Builtin::fstab, encrypted))
            want_edited(Builtin::fstab, encrypted, *disks,
                        overrides::crypttab_without_disks(text_of(*disks)));
        return {};
    }

    /// Files that come by NFS have one label, by which no program may become what the policy wants
    /// it to be: nobody could log in.
    Result<void> selinux() {
        const std::string path = "etc/selinux/config";
        if (const auto file = now(Builtin::selinux, path))
            want_edited(Builtin::selinux, path, *file,
                        overrides::with_setting(text_of(*file), "SELINUX", "disabled",
                                                "# files have no labels by NFS (DIM): "));
        return {};
    }

    Result<void> root_interface() {
        DIM_TRY(const bool has_networkd, root_.has_directory("etc/systemd/network"));
        DIM_TRY(const bool has_manager, root_.has_directory("etc/NetworkManager"));
        if (has_networkd) networkd();
        if (has_manager) network_manager();
        DIM_CHECK(ifupdown());
        DIM_CHECK(ifcfg("wicked", kSuseNetwork, overrides::with_nfsroot_start));
        return ifcfg("network-scripts", kRedHatNetwork, overrides::without_start_at_boot);
    }

    /// The address of the port, or says that nobody knows it.
    std::optional<std::string> mac(std::string_view who) {
        if (blade_.mac) return to_string(*blade_.mac);
        idle(Builtin::root_interface,
             std::string(who) + ": the cluster definition does not know the blade's MAC address");
        return std::nullopt;
    }

    void networkd() {
        const auto address = mac("systemd-networkd");
        if (!address) return;
        // The first file that matches counts, by name.
        want(Builtin::root_interface, "etc/systemd/network/05-dim-root.network",
             "# The root comes over this interface (DIM): nobody may touch it.\n"
             "[Match]\nMACAddress=" +
                 *address +
                 "\n\n[Link]\nUnmanaged=yes\n\n"
                 "# Should it be managed nevertheless:\n[Network]\nKeepConfiguration=yes\n");
    }

    void network_manager() {
        const auto address = mac("NetworkManager");
        if (!address) return;
        // Files are read by name; what the master left alone stays left alone.
        want(Builtin::root_interface, "etc/NetworkManager/conf.d/99-dim-root.conf",
             "# The root comes over this interface (DIM): nobody may touch it.\n"
             "[keyfile]\nunmanaged-devices+=mac:" +
                 *address + "\n");
    }

    /// Of the distribution, by its settings or because there is only one. Nothing, said as WHO says
    /// it, when nobody knows.
    std::optional<std::string> interface_name(std::string_view who,
                                              const std::set<std::string>& known) {
        if (settings_.root_interface_name) return settings_.root_interface_name;
        if (known.size() == 1) return *known.begin();
        if (known.size() > 1) {
            idle(Builtin::root_interface,
                 std::string(who) +
                     " has several interfaces, and nobody says which the root comes "
                     "over: write 'root-interface-name NAME' into " +
                     std::string(overrides::kSettingsFile));
        }
        return std::nullopt;
    }

    Result<std::vector<std::string>> ifupdown_files() {
        std::vector<std::string> paths;
        DIM_TRY(const bool has_ifupdown, root_.has_file(std::string(kInterfaces)));
        if (!has_ifupdown) return paths;
        paths.emplace_back(kInterfaces);
        const auto names = root_.names(std::string(kInterfacesDirectory));
        if (!names) {
            note_problem(Builtin::root_interface, std::string(kInterfacesDirectory), names.error());
            return paths;
        }
        for (const std::string& name : *names)
            if (!name.starts_with('.'))
                paths.push_back(std::string(kInterfacesDirectory) + "/" + name);
        return paths;
    }

    Result<void> ifupdown() {
        DIM_TRY(const std::vector<std::string> paths, ifupdown_files());
        std::vector<std::pair<std::string, BladeRoot::File>> files;
        std::set<std::string> known;
        std::size_t bytes = 0;
        for (const std::string& path : paths) {
            auto file = now(Builtin::root_interface, path);
            if (!file) continue;
            bytes += file->bytes.view().size();
            if (bytes > kInterfacesBytes) {
                note_problem(Builtin::root_interface, path,
                             Error(ErrorCode::limit_exceeded,
                                   "the interfaces of ifupdown are more than 256 KiB together"));
                return {};
            }
            for (std::string& name : overrides::interfaces_of(file->bytes.view()))
                known.insert(std::move(name));
            files.emplace_back(path, std::move(*file));
        }
        const auto name = interface_name("ifupdown", known);
        std::string all;
        for (const auto& [path, file] : files)
            all += text_of(file) + "\n";
        overrides::InterfaceNames names;
        if (name) {
            const auto beneath = overrides::interfaces_beneath(all, *name);
            names.insert(beneath.begin(), beneath.end());
            names.insert(*name);
        }
        for (const auto& [path, file] : files) {
            std::string text = overrides::without_interfaces(text_of(file), names);
            // What was done before is wanted, too.
            if (text.contains(overrides::kRootInterfaceComment))
                want_edited(Builtin::root_interface, path, file, std::move(text));
        }
        return {};
    }

    /// Of wicked and the scripts before it, or of Red Hat's: a file for each interface in
    /// DIRECTORY.
    Result<void> ifcfg(std::string_view who, std::string_view directory,
                       std::string (&edited)(std::string_view text)) {
        const auto names = root_.names(std::string(directory));
        if (!names) {
            note_problem(Builtin::root_interface, std::string(directory), names.error());
            return {};
        }
        std::set<std::string> known;
        for (const std::string& name : *names)
            if (name.starts_with(kIfcfg) && name.find_first_of(".~") == name.npos &&
                name != "ifcfg-lo" && name != "ifcfg-template")
                known.insert(name.substr(kIfcfg.size()));
        const auto name = interface_name(who, known);
        if (!name) return {};
        // What a VLAN is on is not to be shut down either.
        for (const std::string& each : std::set{*name, name->substr(0, name->find('.'))}) {
            const std::string file_name = std::string(kIfcfg) + each;
            if (std::ranges::find(*names, file_name) == names->end()) continue;
            const std::string path = std::string(directory) + "/" + file_name;
            if (const auto file = now(Builtin::root_interface, path))
                want_edited(Builtin::root_interface, path, *file, edited(file->bytes.view()));
        }
        return {};
    }

    /// Nobody asks by DHCP at the interface that the root comes over, so nobody hears of them
    /// there.
    Result<void> time_servers() {
        const auto bootnet = cluster::bootnet_of(definition_, blade_.server);
        if (!bootnet || bootnet->network.time_servers.empty()) {
            idle(Builtin::time_servers,
                 "the cluster definition has no <time-server> for the blade's bootnet");
            return {};
        }
        std::string list;
        std::string lines;
        for (const model::Ipv4Address& server : bootnet->network.time_servers) {
            list.append(list.empty() ? "" : " ").append(to_string(server));
            lines.append("server ").append(to_string(server)).append(" iburst\n");
        }
        const std::string comment = "# <time-server> of the cluster definition (DIM)\n";
        DIM_TRY(const bool has_timesyncd, root_.has_file("etc/systemd/timesyncd.conf"));
        DIM_TRY(const bool has_chrony, root_.has_directory("etc/chrony/sources.d"));
        if (has_timesyncd)
            want(Builtin::time_servers, "etc/systemd/timesyncd.conf.d/50-dim.conf",
                 comment + "[Time]\nNTP=" + list + "\n");
        if (has_chrony)
            want(Builtin::time_servers, "etc/chrony/sources.d/dim.sources", comment + lines);
        if (!has_timesyncd && !has_chrony)
            idle(Builtin::time_servers, "the image has neither /etc/systemd/timesyncd.conf nor "
                                        "/etc/chrony/sources.d");
        return {};
    }

    /// It answers for the cluster's names alone: for all others the resolver goes on to the name
    /// servers that the image has.
    Result<void> resolver() {
        const auto bootnet = cluster::bootnet_of(definition_, blade_.server);
        if (!bootnet || definition_.services.dns == cluster::DnsBackend::none) {
            idle(Builtin::resolver,
                 "the cluster definition has no name servers (<services dns=\"bind\"/>)");
            return {};
        }
        const std::string server = to_string(bootnet->address);
        const std::string path = "etc/resolv.conf";
        const auto target = root_.link(path);
        if (!target) {
            note_problem(Builtin::resolver, path, target.error());
        } else if (!*target) {
            resolver_file(path, server);
        } else if (overrides::is_link_to_resolved(**target)) {
            want(Builtin::resolver, "etc/systemd/resolved.conf.d/50-dim.conf",
                 overrides::resolved_drop_in(server, definition_.domain));
        } else {
            idle(Builtin::resolver, "/etc/resolv.conf is a symbolic link to " +
                                        printable(**target, kTargetShown) +
                                        ": who writes that has to be told, or a template takes "
                                        "the link's place");
        }
        return {};
    }

    void resolver_file(const std::string& path, const std::string& server) {
        const auto file = now(Builtin::resolver, path);
        if (file) {
            want_edited(Builtin::resolver, path, *file,
                        overrides::with_name_server(text_of(*file), server, definition_.domain));
        } else if (!has_problem(path)) {
            want(Builtin::resolver, path,
                 overrides::with_name_server("", server, definition_.domain));
        }
    }

    const cluster::Definition& definition_;
    const cluster::Blade& blade_;
    const overrides::Settings& settings_;
    const BladeRoot& root_;
    BladeIdentities& identities_;
    WantedFiles wanted_;
};

}  // namespace

Result<WantedFiles> builtin_overrides(const cluster::Definition& definition,
                                      const cluster::Blade& blade,
                                      const overrides::Settings& settings, const BladeRoot& root,
                                      BladeIdentities& identities) {
    return BuiltinRules(definition, blade, settings, root, identities).make();
}

}  // namespace dim::server
