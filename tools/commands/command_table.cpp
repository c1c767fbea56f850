#include "tools/commands/commands.hpp"

#include <array>

namespace dim::tool {

namespace {

constexpr std::array kNouns{
    Noun{"blade", "blades, their images and what is in them"},
    Noun{"image", "images, which blade images are made from"},
    Noun{"changeset", "what makes one tree of files of another, as a file; without a daemon"},
    Noun{"sync", "bringing what changed on a master to blades"},
    Noun{"override", "the files that differ per blade"},
    Noun{"nfs", "what blades may mount"},
    Noun{"dhcp", "which image a blade boots"},
    Noun{"dns", "names and addresses for name servers"},
    Noun{"firewall", "the packet filter that keeps services to the bootnet"},
    Noun{"cluster", "the cluster definition, and the names in it"},
    Noun{"server", "the image servers that are commanded from here"},
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
    Command{"deploy", "", "have blades boot an image: all that takes, as far as it is missing",
            "  dim deploy all granite --dry-run\n"
            "  dim deploy s01c1b01 s01c1b02 granite\n"
            "  dim deploy 's01c[1-4],-s01c1b03' granite --yes\n"
            "  dim deploy s01 granite --json | jq -r '.blades[] | select(.problem) | .blade'\n",
            &deploy, CommandKind::changes},
    Command{"undeploy", "", "have blades no longer boot an image, nor mount it",
            "  dim undeploy s01c1b01 granite\n"
            "  dim undeploy s01c4 granite --delete --dry-run\n",
            &undeploy, CommandKind::changes},
    Command{"blade", "show", "one blade: its state and the story of its boots",
            "  dim blade show s01c1b01\n"
            "  dim blade show b1\n",
            &blade_show},
    Command{
        "blade", "exec", "run a command in the roots of blades, here on the server",
        "  dim blade exec s01c1b01 -- cat /etc/fstab\n"
        "  dim blade exec 's01c[1-4]' -- sh -c 'echo nameserver 10.1.0.1 >/etc/resolv.conf'\n"
        "  dim blade exec all --yes --parallel 8 --time-limit 600 -- sh -c 'rpm -F /root/*.rpm'\n"
        "  dim blade exec s01c1b01 --image sles10 --json -- rpm -qa | jq -r .output\n",
        &blade_exec, CommandKind::changes},
    Command{"blade", "diff", "what of a blade's own files is not as its generation has it",
            "  dim blade diff s01c1b01\n"
            "  dim blade diff s01c1b01 granite --json | jq -r '.differences[] | "
            "select(.rule | not).path'\n",
            &blade_diff},
    Command{"blade", "explain", "why a file of a blade is as it is: by which rule, since when",
            "  dim blade explain s01c1b01 /etc/hosts\n"
            "  dim blade explain b1 /etc/motd --image granite --json | jq -r .state\n",
            &blade_explain},
    Command{"blade", "cat", "print a file of a blade, with the blade on or off",
            "  dim blade cat s01c1b01 /var/log/messages | tail\n"
            "  dim blade cat b1 /etc/fstab --image granite\n",
            &blade_cat},
    Command{"blade", "restarts", "what is to be started anew after a live update",
            "  dim blade restarts all\n"
            "  dim blade restarts 's01c[1-2]'\n"
            "  dim blade restarts s01c1b01 --json | jq -r '.blades[].found.processes[]?.unit'\n",
            &blade_restarts},
    Command{"blade", "discover", "learn the MACs of blades from their chassis, a file or DHCP",
            "  dim blade discover\n"
            "  dim blade discover 's01c[1-4]' --dry-run\n"
            "  dim blade discover s01c1b03,s01c1b05 --yes\n"
            "  dim blade discover all --plugin csv --file macs.csv\n"
            "  dim blade discover s01c1b03 --plugin dhcp-log\n"
            "  dim blade discover --plugin my-chassis --json | jq '.blades[] | select(.problem)'\n",
            &blade_discover, CommandKind::changes},
    Command{"blade", "learn", "tell the MAC of a blade, as from an alert, or forget it",
            "  dim blade learn s01c1b03 00:0d:60:1e:81:1a\n"
            "  dim blade learn s01c1b03 --forget\n",
            &blade_learn, CommandKind::changes},
    Command{"blade", "list", "the blade images there are, or with --trash were",
            "  dim blade list\n"
            "  dim blade list --trash\n"
            "  dim blade list 's01c[1-2]' --json\n",
            &blade_list},
    Command{"blade", "create", "create the blade images of blades",
            "  dim blade create s01c1b01 s01c1b02 granite\n"
            "  dim blade create 's01c[1-4]b[01-14]' granite\n"
            "  dim blade create all granite --yes\n",
            &blade_create, CommandKind::changes},
    Command{"blade", "resize", "make blade images larger or smaller",
            "  dim blade resize s01c1b01 granite --size 2G\n"
            "  dim blade resize 's01c[1-4]' granite --size 512M --yes\n",
            &blade_resize, CommandKind::changes},
    Command{"blade", "check", "examine the file systems of blade images that are not exported",
            "  dim blade check s01c1b01 granite\n"
            "  dim blade check s01c4 granite --repair\n"
            "  dim blade check --last --json | jq '.checks[] | select(.result == \"damaged\")'\n",
            &blade_check, CommandKind::changes},
    Command{"blade", "delete", "move blade images to the trash, with all the blades wrote",
            "  dim blade delete s01c1b01 granite\n"
            "  dim blade delete s01c4 granite --yes\n",
            &blade_delete, CommandKind::changes},
    Command{"blade", "restore", "bring deleted blade images back",
            "  dim blade restore s01c1b01 granite\n"
            "  dim blade restore s01c4 granite --yes\n",
            &blade_restore, CommandKind::changes},
    Command{"blade", "purge", "delete blade images from the trash, for ever",
            "  dim blade purge s01c1b01 granite\n"
            "  dim blade purge s01c4 granite --yes\n",
            &blade_purge, CommandKind::changes},
    Command{"blade", "adopt", "make blade images known that are there as files",
            "  dim blade adopt 's01c[1-4]b[01-14]' granite\n"
            "  dim blade adopt all granite --yes\n",
            &blade_adopt, CommandKind::changes},
    Command{
        "image", "import", "make an image from a distribution: a tree, an archive, a machine",
        "  dim image import granite /srv/masters/granite --arch ppc64\n"
        "  dim image import sles10 /srv/sles10.tar.zst --arch ppc64 --shared usr,opt --size 2G\n"
        "  dim image import alma - --arch x86_64\n"
        "  dim image import alma ssh://root@master --arch x86_64 --exclude '/srv/*'\n",
        &image_import, CommandKind::changes},
    Command{"image", "update", "make the next generation of an image of what changed in its master",
            "  dim image update granite\n"
            "  dim image update granite /srv/masters/granite --label 'openssl 3.0.15'\n"
            "  dim image update granite --shared usr,opt,srv\n",
            &image_update, CommandKind::changes},
    Command{"image", "generations", "the generations of an image: when, of what, who has it",
            "  dim image generations granite\n"
            "  dim image generations granite --json | jq '.generations[-1].created'\n",
            &image_generations},
    Command{"image", "diff", "what makes one generation of an image differ from another",
            "  dim image diff granite 3\n"
            "  dim image diff granite\n"
            "  dim image diff granite 3 4 --json | jq -r '.differences[].path'\n",
            &image_diff},
    Command{"image", "rollback", "make the next generation what an earlier one was",
            "  dim image rollback granite 3 --label 'without the new kernel'\n", &image_rollback,
            CommandKind::changes},
    Command{"image", "label", "say what is to be remembered of a generation",
            "  dim image label granite 3 'good since May'\n"
            "  dim image label granite 3\n",
            &image_label, CommandKind::changes},
    Command{"image", "set", "say how blades start and mount an image, and how syncs treat theirs",
            "  dim image set granite --init /lib/systemd/systemd\n"
            "  dim image set granite --nfs-version 4.2 --nconnect 4 --actimeo 10\n"
            "  dim image set granite --on-conflict keep --keep-out '/srv/; /etc/app/*.conf'\n"
            "  dim image set granite --merge passwd,group\n",
            &image_set, CommandKind::changes},
    Command{"image", "pin", "keep the images of blades at a generation, also when made anew",
            "  dim image pin s01c1b01 s01c1b02 granite --generation 3\n"
            "  dim image pin 's01c[1-4]' granite --generation 3 --yes\n",
            &image_pin, CommandKind::changes},
    Command{"image", "unpin", "let new blade images be of the newest generation again",
            "  dim image unpin s01c1b01 granite\n"
            "  dim image unpin all granite --yes\n",
            &image_unpin, CommandKind::changes},
    Command{"image", "collect", "delete the generations of an image that no blade has",
            "  dim image collect granite --dry-run\n"
            "  dim image collect granite --keep 3\n",
            &image_collect, CommandKind::changes},
    Command{"image", "rename", "give an image another name, with all that is of it",
            "  dim image rename granite granite-old\n", &image_rename, CommandKind::changes},
    Command{"image", "remove", "remove an image that no blade has, with all its generations",
            "  dim image remove granite\n", &image_remove, CommandKind::changes},
    Command{"image", "list", "the images",
            "  dim image list\n"
            "  dim image list --json | jq -r '.images[].name'\n",
            &image_list},
    Command{"image", "show", "what one image is made of",
            "  dim image show granite\n"
            "  dim image show granite --json | jq -r .shared_root.digest\n",
            &image_show},
    Command{"image", "check", "find what was changed by hand in the shared root of an image",
            "  dim image check granite\n"
            "  dim image check granite --json | jq -r '.differences[].path'\n",
            &image_check},
    Command{"image", "adopt", "make known what is there as files, after the database was lost",
            "  dim image adopt --list\n"
            "  dim image adopt granite --arch ppc64\n",
            &image_adopt, CommandKind::changes},
    Command{"override", "list", "the files that differ per blade, and how they stand",
            "  dim override list s01c1b01\n"
            "  dim override list 's01c[1-4]' --image granite\n"
            "  dim override list all --json | jq -r '.images[].files[].rule'\n",
            &override_list},
    Command{"override", "show", "one such file: what it is to be, and which rule says so",
            "  dim override show s01c1b01 /etc/hosts\n"
            "  dim override show all /etc/motd\n",
            &override_show},
    Command{"override", "apply", "write what templates or the cluster definition changed",
            "  dim override apply all --dry-run\n"
            "  dim override apply 's01c[1-4]'\n"
            "  dim override apply s01c1b01 --image granite --force\n",
            &override_apply, CommandKind::changes},
    Command{"nfs", "export", "let blades mount their images",
            "  dim nfs export s01c1b01 s01c1b02 granite\n"
            "  dim nfs export all granite\n",
            &nfs_export, CommandKind::changes},
    Command{"nfs", "unexport", "stop serving blade images", "  dim nfs unexport s01c1b01 granite\n",
            &nfs_unexport, CommandKind::changes},
    Command{"nfs", "show", "what the NFS server offers to whom", "  dim nfs show\n", &nfs_show},
    Command{"buildzimage", "", "build the boot file of an image",
            "  dim buildzimage granite\n"
            "  dim buildzimage granite --option quiet --option dim.on-failure=reboot\n"
            "  dim buildzimage debian --driver octeon_ep --kernel '*-cloud-amd64'\n",
            &buildzimage, CommandKind::changes},
    Command{"dhcp", "assign", "choose the image that blades boot, from their next boot on",
            "  dim dhcp assign s01c1b01 granite\n"
            "  dim dhcp assign 's01c[1-4],-s01c1b03' granite\n"
            "  dim dhcp assign image=sles9 sles10 --yes\n"
            "  dim dhcp assign all granite\n",
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
    Command{"syncit", "", "bring what changed on an image's master to its blades, running or off",
            "  dim syncit granite\n"
            "  dim syncit granite 's01c[1-4]' --label 'security updates of Monday'\n"
            "  dim syncit granite --keep-out /etc/motd --yes\n"
            "  dim syncit granite /etc/passwd /etc/group all\n",
            &syncit, CommandKind::changes},
    Command{"sync", "master", "make a generation of what an image's master is now",
            "  dim sync master granite\n"
            "  dim sync master granite --label 'security updates of Monday'\n"
            "  dim sync master granite --path /etc/passwd --path /etc/app\n"
            "  dim sync master granite --scan\n",
            &image_update, CommandKind::changes},
    Command{"sync", "image", "bring blade images to a generation, their blades running or off",
            "  dim sync image granite --dry-run\n"
            "  dim sync image granite 's01c[1-4]'\n"
            "  dim sync image granite s01c1b01 --generation 3\n"
            "  dim sync image granite --canary s01c1b01 --wave chassis --auto-rollback --yes\n"
            "  dim sync image granite --json | jq -r '.outcomes[] | select(.problem) | "
            ".blades[]'\n",
            &sync_image, CommandKind::changes},
    Command{"sync", "server", "bring a generation of an image to the image servers that joined",
            "  dim sync server granite\n"
            "  dim sync server granite 'is[2-4]'\n"
            "  dim sync server granite all --dry-run\n"
            "  dim_sync_server granite --generation 7\n",
            &sync_server, CommandKind::changes},
    Command{"sync", "status", "which blades have which generation of their images",
            "  dim sync status\n"
            "  dim sync status granite --json | jq -r '.groups[] | select(.state == \"behind\")'\n",
            &sync_status},
    Command{"sync", "log", "the syncs that were run: when, by whom, what became of it",
            "  dim sync log\n"
            "  dim sync log granite --last 10\n"
            "  dim sync log --blade s01c1b01 --json | jq -r '.syncs[].outcome.conflicts[].path'\n",
            &sync_log},
    Command{"sync", "undo", "take the last sync back: each blade to the generation it had before",
            "  dim sync undo granite --dry-run\n"
            "  dim sync undo granite\n"
            "  dim sync undo --yes\n",
            &sync_undo, CommandKind::changes},
    Command{"sync", "conflicts", "what syncs left as blades have it, until somebody decides",
            "  dim sync conflicts granite\n"
            "  dim sync conflicts granite s01c1b01 /etc/ssh\n"
            "  dim sync conflicts --json | jq -r '.conflicts[].path' | sort | uniq -c\n",
            &sync_conflicts},
    Command{"sync", "resolve", "decide such conflicts: as the blade has it, or its generation",
            "  dim sync resolve granite\n"
            "  dim sync resolve granite s01c1b01 /etc/motd --take generation\n"
            "  dim sync resolve granite all /etc/ssh /etc/pam.d --take blade\n",
            &sync_resolve, CommandKind::changes},
    Command{"sync", "explain", "why a path moves with its generation, or stays, on which blades",
            "  dim sync explain granite /etc/motd\n"
            "  dim sync explain granite /var/lib/app/\n",
            &sync_explain},
    Command{"changeset", "create", "write what makes one tree of files of another",
            "  dim changeset create /srv/master.old /srv/master -o monday.changes\n"
            "  dim changeset create old new -o changes --json | jq .contents\n",
            &changeset_create, CommandKind::works_on_files},
    Command{"changeset", "show", "name what a changeset changes",
            "  dim changeset show monday.changes\n"
            "  dim changeset show monday.changes --json | jq -r '.differences[].path'\n",
            &changeset_show, CommandKind::works_on_files},
    Command{"changeset", "apply", "make a tree of files what the newer one was",
            "  dim changeset apply monday.changes /srv/copy --dry-run\n"
            "  dim changeset apply - /srv/copy <monday.changes\n",
            &changeset_apply, CommandKind::works_on_files},
    Command{"changeset", "verify", "see whether a tree is what a changeset makes",
            "  dim changeset verify monday.changes /srv/copy\n"
            "  dim changeset verify monday.changes /srv/copy --json | jq -r .standing\n",
            &changeset_verify, CommandKind::works_on_files},
    Command{"power", "", "switch blades on and off, whatever their hardware",
            "  dim power state all\n"
            "  dim power on s01c2b14 --wait running\n"
            "  dim power cycle 's01c[1-4]' --stagger 2s --yes\n"
            "  dim power state all --json | jq -r '.blades[] | select(.state == \"off\").blade'\n",
            &power, CommandKind::asks_hardware},
    Command{"console", "", "the serial console of a blade, on this terminal",
            "  dim console s01c2b14\n"
            "  dim console b1 --take\n",
            &console, CommandKind::asks_hardware},
    Command{
        "bctool", "", "switch, reset and look at blades through their management module",
        "  dim bctool s01c2b14 power on\n"
        "  dim bctool 's01c[1-4]' power state --json | jq -r '.blades[] | select(.error).blade'\n"
        "  dim bctool 's01c[1-4]' power on --stagger 2s/chassis\n"
        "  dim bctool --mm 10.2.0.1 --credentials mm.key --bay 3 power on\n"
        "  dim bctool --mm 10.2.0.1 --credentials mm.key --bay 1-7,9 power cycle --yes\n"
        "  dim bctool --mm 10.2.0.1 --credentials mm.key --bay 3 --json mac\n"
        "  dim bctool --mm 127.0.0.1:1161 --bay 3 led blink\n",
        &bctool, CommandKind::asks_hardware},
    Command{"bcadmin", "", "look at a chassis through its management module",
            "  dim bcadmin s01c2mm inventory\n"
            "  dim bcadmin mm90 vitals --json\n"
            "  dim bcadmin s01c2mm power off\n"
            "  dim bcadmin s01c2mm led blink\n"
            "  dim bcadmin mm90 eventlog --clear --yes >mm90.log\n"
            "  dim bcadmin --mm 10.2.0.1 --credentials mm.key inventory\n"
            "  dim bcadmin --mm 10.2.0.1 --credentials mm.key --json inventory | jq "
            "'.bays[].blade.macs'\n"
            "  dim bcadmin --mm 10.2.0.1 --credentials mm.key eventlog | head\n",
            &bcadmin, CommandKind::asks_hardware},
    Command{"ca", "show", "the authority, until when it is good, and which blades trust the next",
            "  dim ca show\n"
            "  dim ca show --json | jq -r '.blades[]'\n",
            &ca_show},
    Command{"ca", "rotate", "replace the authority: make the next one, then bring it into force",
            "  dim ca rotate\n"
            "  dim ca rotate --finish\n"
            "  dim ca rotate --finish --force\n",
            &ca_rotate, CommandKind::changes},
    Command{"server", "list",
            "the image servers, which of them are commanded from here, and how they answer",
            "  dim server list\n"
            "  dim server list --json | jq -r '.servers[] | select(.problem) | .name'\n",
            &server_list},
    Command{"server", "token", "print what an image server needs once to join this one",
            "  dim server token is02 > is02.token\n"
            "  dim server token is02 | ssh is02 dim server join 10.9.0.1\n",
            &server_token, CommandKind::changes},
    Command{"server", "join", "have this server commanded from another, the management node",
            "  dim server join 10.9.0.1 --token is02.token\n"
            "  dim server join 10.9.0.1:7444 < is02.token\n",
            &server_join, CommandKind::changes},
    Command{"server", "leave", "have this server obey its management node no more, or be none",
            "  dim server leave\n"
            "  dim server leave --yes\n",
            &server_leave, CommandKind::changes},
    Command{"server", "remove", "take an image server out of those that are commanded from here",
            "  dim server remove is02\n", &server_remove, CommandKind::changes},
};

}  // namespace

CommandTable command_table() { return {.nouns = kNouns, .commands = kCommands}; }

}  // namespace dim::tool
