#include "tools/commands/commands.hpp"

#include <array>

namespace dim::tool {

namespace {

constexpr std::array kNouns{
    Noun{"blade", "look at one blade, run commands in blades' roots"},
    Noun{"image", "images and blade images"},
    Noun{"nfs", "what blades may mount"},
    Noun{"dhcp", "which image a blade boots"},
    Noun{"dns", "names and addresses for name servers"},
    Noun{"firewall", "the packet filter that keeps services to the bootnet"},
    Noun{"cluster", "the cluster definition, and the names in it"},
    Noun{"ca", "the certificate authority that blades trust"},
};

constexpr std::array kCommands{
    Command{"status", "", "what every blade and service is doing, and why",
            "  dim status\n"
            "  dim status 's01c[1-2]' --watch\n"
            "  dim status state=failed\n"
            "  dim status --short\n"
            "  dim status --json | jq '.blades[] | select(.state == \"failed\")'\n",
            &status},
    Command{"blade", "show", "one blade: its state and the story of its boots",
            "  dim blade show s01c1b01\n"
            "  dim blade show b1\n",
            &blade_show},
    Command{
        "blade", "exec", "run a command in the roots of blades, here on the server",
        "  dim blade exec s01c1b01 -- cat /etc/fstab\n"
        "  dim blade exec 's01c[1-4]' -- sh -c 'echo nameserver 10.1.0.1 >/etc/resolv.conf'\n"
        "  dim blade exec --all --yes --parallel 8 --time-limit 600 -- sh -c 'rpm -F /root/*.rpm'\n"
        "  dim blade exec s01c1b01 --image sles10 --json -- rpm -qa | jq -r .output\n",
        &blade_exec, CommandKind::changes},
    Command{
        "image", "import", "make an image from a distribution: a tree, an archive, a machine",
        "  dim image import granite /srv/masters/granite --arch ppc64\n"
        "  dim image import sles10 /srv/sles10.tar.zst --arch ppc64 --shared usr,opt --size 2G\n"
        "  dim image import alma ssh://root@master --arch x86_64 --exclude '/srv/*'\n",
        &image_import, CommandKind::changes},
    Command{"image", "list", "the images, and with --blades every blade image",
            "  dim image list\n"
            "  dim image list --blades --json\n",
            &image_list},
    Command{"image", "show", "what one image is made of",
            "  dim image show granite\n"
            "  dim image show granite --json | jq -r .shared_root.digest\n",
            &image_show},
    Command{"image", "check", "find what was changed by hand in the shared root of an image",
            "  dim image check granite\n"
            "  dim image check granite --json | jq -r '.differences[].path'\n",
            &image_check},
    Command{"image", "create", "create the blade images of blades",
            "  dim image create granite s01c1b01 s01c1b02\n"
            "  dim image create granite 's01c[1-4]b[01-14]'\n"
            "  dim image create granite --all --yes\n",
            &image_create, CommandKind::changes},
    Command{"image", "delete", "delete blade images, with all the blades wrote into them",
            "  dim image delete granite s01c1b01\n"
            "  dim image delete granite 's01c4'\n",
            &image_delete, CommandKind::changes},
    Command{"image", "adopt", "make known what is there as files, after the database was lost",
            "  dim image adopt --list\n"
            "  dim image adopt granite --arch ppc64\n"
            "  dim image adopt granite 's01c[1-4]b[01-14]'\n"
            "  dim image adopt granite --all --yes\n",
            &image_adopt, CommandKind::changes},
    Command{"nfs", "export", "let blades mount their images",
            "  dim nfs export granite s01c1b01 s01c1b02\n"
            "  dim nfs export granite --all\n",
            &nfs_export, CommandKind::changes},
    Command{"nfs", "unexport", "stop serving blade images", "  dim nfs unexport granite s01c1b01\n",
            &nfs_unexport, CommandKind::changes},
    Command{"nfs", "show", "what the NFS server offers to whom", "  dim nfs show\n", &nfs_show},
    Command{"buildzimage", "", "build the boot file of an image",
            "  dim buildzimage granite\n"
            "  dim buildzimage granite --option quiet --option dim.on-failure=reboot\n",
            &buildzimage, CommandKind::changes},
    Command{"dhcp", "assign", "choose the image that blades boot, from their next boot on",
            "  dim dhcp assign s01c1b01 granite\n"
            "  dim dhcp assign 's01c[1-4],-s01c1b03' granite\n"
            "  dim dhcp assign image=sles9 sles10 --yes\n"
            "  dim dhcp assign --all granite\n",
            &dhcp_assign, CommandKind::changes},
    Command{"dhcp", "unassign", "give blades no boot file any more",
            "  dim dhcp unassign s01c1b01\n"
            "  dim dhcp unassign 's01@type=js21'\n",
            &dhcp_unassign, CommandKind::changes},
    Command{"dhcp", "show", "what the DHCP server tells which blade",
            "  dim dhcp show\n"
            "  dim dhcp show 's01c[1-2]'\n",
            &dhcp_show},
    Command{"dhcp", "render", "print the configuration of a DHCP server",
            "  dim dhcp render\n"
            "  dim --cluster new.xml dhcp render --server s01 --backend kea\n",
            &dhcp_render, CommandKind::renders},
    Command{"dns", "render", "print zones for a name server, or lines for /etc/hosts",
            "  dim dns render --zone forward\n"
            "  dim --cluster new.xml dns render --zone reverse --output zones\n"
            "  dim dns render --zone 1.10.in-addr.arpa --serial 2026112001\n"
            "  dim dns render --zone hosts\n",
            &dns_render, CommandKind::renders},
    Command{"firewall", "show", "the rules that keep services to the bootnet, and their state",
            "  dim firewall show\n"
            "  dim firewall show --json | jq .in_force\n",
            &firewall_show},
    Command{"firewall", "apply", "bring these rules into force, now and at every start",
            "  dim firewall apply\n", &firewall_apply, CommandKind::changes},
    Command{"firewall", "remove", "remove these rules, and no others", "  dim firewall remove\n",
            &firewall_remove, CommandKind::changes},
    Command{"cluster", "check", "say whether a definition has errors, and how much is in it",
            "  dim cluster check new.xml\n"
            "  dim cluster check\n",
            &cluster_check, CommandKind::reads_definition},
    Command{"cluster", "names", "the names that a range stands for",
            "  dim cluster names 's01c[1-2]b[01-14],-s01c1b03'\n"
            "  dim cluster names mm90\n"
            "  dim cluster names gpu@s01 --linear\n"
            "  dim cluster names s01 --role any --addresses\n"
            "  dim cluster names state=failed --fold\n"
            "  dim --cluster new.xml cluster names all --json | jq -r '.names[].name'\n",
            &cluster_names, CommandKind::reads_definition},
    Command{"cluster", "explain", "every attribute of a component, and where it comes from",
            "  dim cluster explain s01c1b01\n"
            "  dim --cluster new.xml cluster explain mm90 --json\n",
            &cluster_explain, CommandKind::reads_definition},
    Command{"cluster", "diff", "what another definition would change",
            "  dim cluster diff new.xml\n"
            "  dim cluster diff old.xml new.xml\n",
            &cluster_diff, CommandKind::reads_definition},
    Command{"cluster", "apply", "bring a new definition into force",
            "  dim cluster apply new.xml --dry-run\n"
            "  dim cluster apply new.xml\n",
            &cluster_apply, CommandKind::changes},
    Command{"cluster", "show", "the definition in force, or an earlier one",
            "  dim cluster show\n"
            "  dim cluster show --revision 3 --xml >cluster.xml\n",
            &cluster_show},
    Command{"cluster", "history", "which definitions were in force, and since when",
            "  dim cluster history\n", &cluster_history},
    Command{"cluster", "rollback", "bring an earlier definition into force again",
            "  dim cluster rollback --dry-run\n"
            "  dim cluster rollback 3\n",
            &cluster_rollback, CommandKind::changes},
    Command{"cluster", "reload", "read the cluster definition again after an edit",
            "  dim cluster reload\n", &cluster_reload, CommandKind::changes},
    Command{"bctool", "", "switch, reset and look at blades through their management module",
            "  dim bctool --mm 10.2.0.1 --credentials mm.key --bay 3 power on\n"
            "  dim bctool --mm 10.2.0.1 --credentials mm.key --bay 1-7,9 power cycle --yes\n"
            "  dim bctool --mm 10.2.0.1 --credentials mm.key --bay 3 --json mac\n"
            "  dim bctool --mm 127.0.0.1:1161 --bay 3 led blink\n",
            &bctool, CommandKind::changes_hardware},
    Command{"bcadmin", "", "look at a chassis through its management module",
            "  dim bcadmin --mm 10.2.0.1 --credentials mm.key inventory\n"
            "  dim bcadmin --mm 10.2.0.1 --credentials mm.key --json inventory | jq "
            "'.bays[].blade.macs'\n"
            "  dim bcadmin --mm 10.2.0.1 --credentials mm.key eventlog | head\n",
            &bcadmin, CommandKind::shows_hardware},
    Command{"ca", "show", "the authority, until when it is good, and which blades trust the next",
            "  dim ca show\n"
            "  dim ca show --json | jq -r '.blades[]'\n",
            &ca_show},
    Command{"ca", "rotate", "replace the authority: make the next one, then bring it into force",
            "  dim ca rotate\n"
            "  dim ca rotate --finish\n"
            "  dim ca rotate --finish --force\n",
            &ca_rotate, CommandKind::changes},
};

}  // namespace

CommandTable command_table() { return {.nouns = kNouns, .commands = kCommands}; }

}  // namespace dim::tool
