#include "libdim/override/file_lines.hpp"
#include "libdim/override/fstab.hpp"
#include "libdim/override/hosts_file.hpp"
#include "libdim/override/interfaces_file.hpp"
#include "libdim/override/own_lines.hpp"
#include "libdim/override/resolver_file.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace {

using namespace dim::overrides;

dim::testing::Goal disks("an fstab with a disk");
dim::testing::Goal hosts("a hosts file with lines of DIM's own");
dim::testing::Goal searched("a resolv.conf that searches a domain");
dim::testing::Goal interfaces("an interfaces file with an interface");

const std::array<HostLine, 1> kLines{HostLine{"10.1.0.11", {"s01c1b01.lab", "s01c1b01"}}};

void check(bool is_true) {
    if (!is_true) std::abort();
}

/// No disk is left, no line is lost, and what is no disk stays as it is.
void edit_fstab(std::string_view text) {
    const std::string made = fstab_without_disks(text);
    const auto before = lines_of(text);
    const auto after = lines_of(made);
    check(before.size() == after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        check(!is_disk_line(after[i]) && after[i].ends_with(before[i]));
        check(is_disk_line(before[i]) || before[i] == after[i]);
    }
    check(fstab_without_disks(made) == made);
    const std::string encrypted = crypttab_without_disks(text);
    check(crypttab_without_disks(encrypted) == encrypted);
    if (made != text) disks.reach();
}

/// DIM's lines come and go without a trace.
void edit_hosts(std::string_view text) {
    const std::string left = without_own_lines(text);
    check(without_own_lines(left) == left);
    check(left == text || text.contains("# DIM "));
    const std::string made = with_host_lines(text, kLines);
    check(without_own_lines(made) == left);
    check(with_host_lines(made, kLines) == made);
    if (left != text) hosts.reach();
}

/// The server is asked first, once, and no line of the master is lost.
void edit_resolver(std::string_view text) {
    const std::string made = with_name_server(text, "10.1.0.1", "demo.lab");
    check(with_name_server(made, "10.1.0.1", "demo.lab") == made);
    const std::string others = without_own_lines(text);
    const std::string kept = without_own_lines(made);
    const auto before = lines_of(others);
    const auto after = lines_of(kept);
    check(before.size() == after.size());
    for (std::size_t i = 0; i < before.size(); ++i)
        check(after[i].ends_with(before[i]));
    if (kept != others) searched.reach();
}

/// An interface that is taken out is not found again, and no line of the others is lost.
void edit_interfaces(std::string_view text) {
    for (const std::string& interface : interfaces_of(text)) {
        interfaces.reach();
        const std::string made = without_interfaces(text, {std::string(interface)});
        const auto left = interfaces_of(made);
        check(std::ranges::find(left, interface) == left.end());
        check(lines_of(made).size() >= lines_of(text).size());
        check(without_interfaces(made, {std::string(interface)}) == made);
        const auto beneath = interfaces_beneath(text, interface);
        check(std::ranges::find(beneath, interface) == beneath.end());
    }
    const std::string started = with_nfsroot_start(text);
    check(with_nfsroot_start(started) == started);
    const std::string left_alone = without_start_at_boot(text);
    check(without_start_at_boot(left_alone) == left_alone);
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"fstab", "# static\nUUID=0a1b / ext4 defaults 0 1\n/dev/sda5 none swap sw 0 0\n"
                      "filer:/home /home nfs4 hard 0 0\ntmpfs /tmp tmpfs nosuid 0 0\n"},
            {"hosts", with_host_lines("127.0.0.1 localhost\n127.0.1.1 granite\n", kLines)},
            {"hosts-master", "127.0.0.1 localhost\n127.0.1.1 granite\n"},
            {"interfaces", "auto lo eth0\niface lo inet loopback\niface eth0 inet static\n"
                           "  address 10.0.0.5/24\n  up ip route add \\\n default via 10.0.0.1\n"},
            {"resolver", "search lab.example example\nnameserver 192.0.2.53\n"},
            {"crypttab", "luks-0a1b UUID=0a1b none discard\nswap /dev/sda2 /dev/urandom swap\n"},
            {"ifcfg", "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n"},
            {"ifcfg-red-hat", "TYPE=Ethernet\nBOOTPROTO=dhcp\nONBOOT=yes\n"}};
}

/// Every text is given to every edit: none may fail on what belongs elsewhere.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = dim::testing::text_of(data, size);
    edit_fstab(text);
    edit_hosts(text);
    edit_resolver(text);
    edit_interfaces(text);
    return 0;
}
