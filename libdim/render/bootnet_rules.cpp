#include "libdim/render/bootnet_rules.hpp"

#include "libdim/api/agent_port.hpp"

namespace dim::render {

std::string bootnet_rules(const cluster::ServerBootnet& bootnet, std::uint16_t boot_port) {
    const std::string table = kFirewallTable;
    const std::string from_bootnet = "\t\tiifname \"" + to_string(bootnet.device) + "\" ";
    const std::string to_address = "\t\tip daddr " + to_string(bootnet.address) + ' ';
    // The first line makes the table so that the second can delete it, whether it was there or not.
    // Who has no address yet asks for one from 0.0.0.0. NFS-Ganesha listens on every address; the
    // others on the bootnet's alone, so that another name server of this machine stays what it is.
    return "# Written by imageserver. It will overwrite what is changed here.\n"
           "table " +
           table +
           "\n"
           "delete table " +
           table +
           "\n"
           "table " +
           table +
           " {\n"
           "\tchain bootnet_only {\n"
           "\t\ttype filter hook input priority filter - 10; policy accept;\n"
           "\t\tiifname \"lo\" accept\n" +
           from_bootnet + "ip saddr " + to_string(bootnet.network.network) + " accept\n" +
           from_bootnet +
           "udp dport 67 accept\n"
           "\t\ttcp dport 2049 counter drop comment \"NFS\"\n"
           "\t\tudp dport 67 counter drop comment \"DHCP\"\n" +
           to_address + "udp dport { 53, 69 } counter drop comment \"DNS and TFTP\"\n" +
           to_address + "tcp dport { 53, " + std::to_string(boot_port) + ", " +
           std::to_string(api::kAgentPort) +
           " } counter drop comment \"DNS, boot files and agents\"\n"
           "\t}\n"
           "}\n";
}

}  // namespace dim::render
