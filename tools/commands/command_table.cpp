#include "tools/commands/commands.hpp"

#include <array>

namespace dim::tool {

namespace {

constexpr std::array kNouns{
    Noun{"blade", "look at one blade"},        Noun{"image", "images and blade images"},
    Noun{"nfs", "what blades may mount"},      Noun{"dhcp", "which image a blade boots"},
    Noun{"cluster", "the cluster definition"},
};

constexpr std::array kCommands{
    Command{"status", "", "what every blade and service is doing, and why",
            "  dim status\n  dim status --watch\n  dim status --json | jq '.blades[] | "
            "select(.state == \"failed\")'\n",
            &status},
    Command{"blade", "show", "one blade: its state and the story of its boots",
            "  dim blade show s01c1b01\n", &blade_show},
    Command{
        "image", "import", "make an image from a directory that holds a distribution",
        "  dim image import granite /srv/masters/granite --arch ppc64\n"
        "  dim image import sles10 /srv/masters/sles10 --arch ppc64 --shared usr,opt --size 2G\n",
        &image_import},
    Command{"image", "list", "the images, and with --blades every blade image",
            "  dim image list\n  dim image list --blades --json\n", &image_list},
    Command{
        "image", "create", "create the blade images of blades",
        "  dim image create granite s01c1b01 s01c1b02\n  dim image create granite --all --yes\n",
        &image_create},
    Command{"image", "delete", "delete a blade image, with all the blade wrote into it",
            "  dim image delete granite s01c1b01\n", &image_delete},
    Command{"nfs", "export", "let blades mount their images",
            "  dim nfs export granite s01c1b01 s01c1b02\n  dim nfs export granite --all\n",
            &nfs_export},
    Command{"nfs", "unexport", "stop serving blade images", "  dim nfs unexport granite s01c1b01\n",
            &nfs_unexport},
    Command{"nfs", "show", "what the NFS server offers to whom", "  dim nfs show\n", &nfs_show},
    Command{"buildzimage", "", "build the boot file of an image",
            "  dim buildzimage granite\n  dim buildzimage granite --option quiet --option "
            "dim.on-failure=reboot\n",
            &buildzimage},
    Command{"dhcp", "assign", "choose the image that blades boot, from their next boot on",
            "  dim dhcp assign granite s01c1b01\n  dim dhcp assign granite --all --yes\n",
            &dhcp_assign},
    Command{"dhcp", "unassign", "give blades no boot file any more",
            "  dim dhcp unassign s01c1b01\n", &dhcp_unassign},
    Command{"dhcp", "show", "what the DHCP server tells which blade", "  dim dhcp show\n",
            &dhcp_show},
    Command{"cluster", "reload", "read the cluster definition again after an edit",
            "  dim cluster reload\n", &cluster_reload},
};

}  // namespace

CommandTable command_table() { return {.nouns = kNouns, .commands = kCommands}; }

}  // namespace dim::tool
