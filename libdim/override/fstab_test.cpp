#include "libdim/override/fstab.hpp"

#include <gmock/gmock.h>

namespace dim::overrides {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Fstab, DisksBecomeCommentsWithAReason) {
    for (const char* line :
         {"UUID=0a1b / ext4 errors=remount-ro 0 1\n", "/dev/sda1 / ext3 defaults 1 1\n",
          "LABEL=home /home xfs defaults 0 0\n", "PARTUUID=01 /boot ext4 defaults 0 0\n",
          "PARTLABEL=efi /boot/efi vfat umask=0077 0 0\n", "  \t/dev/mapper/vg-swap none swap sw\n",
          "/dev/sr0 /media/cdrom0 udf,iso9660 user,noauto 0 0", "ID=scsi-1 /srv xfs defaults 0 0",
          "/swap/swapfile none swap defaults 0 0\n",
          "UUID=0a1b /.snapshots btrfs subvol=/@/.snapshots 0 0\n"}) {
        const std::string made = fstab_without_disks(line);
        EXPECT_THAT(made, StartsWith("# a disk of the master"));
        EXPECT_THAT(made, HasSubstr(line));
        EXPECT_EQ(fstab_without_disks(made), made);
    }
}

TEST(Fstab, KeepsAllElse) {
    const std::string_view text = "# UUID=0a1b / ext4\n\n"
                                  "tmpfs /tmp tmpfs nosuid 0 0\n"
                                  "filer:/home /home nfs4 hard 0 0\n"
                                  "proc /proc proc defaults 0 0\n"
                                  "//filer/dev/ /mnt cifs credentials=/root/c 0 0\n"
                                  "/srv/dev/ /mnt none bind 0 0";
    EXPECT_EQ(fstab_without_disks(text), text);
    EXPECT_EQ(fstab_without_disks(""), "");
}

TEST(Fstab, EncryptedDisksBecomeCommentsToo) {
    const std::string made = crypttab_without_disks("# name device\nluks-1 UUID=0a1b none discard\n"
                                                    "file /srv/secret.img /root/key\n"
                                                    "swap /dev/sda2 /dev/urandom swap");
    EXPECT_THAT(made, StartsWith("# name device\n# a disk of the master"));
    EXPECT_THAT(made, HasSubstr("): luks-1 UUID=0a1b"));
    EXPECT_THAT(made, HasSubstr("\nfile /srv/secret.img"));
    EXPECT_THAT(made, HasSubstr("): swap /dev/sda2"));
    EXPECT_EQ(crypttab_without_disks(made), made);
}

}  // namespace
}  // namespace dim::overrides
