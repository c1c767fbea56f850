#pragma once

#include <string>

namespace dim::server::samples {

inline std::string remote_answer() {
    return "root /\nuser 0\n"
           "option --one-file-system\noption --numeric-owner\noption --anchored\n"
           "option --no-wildcards-match-slash\noption --sparse\noption --xattrs\noption --acls\n"
           "option --format\n"
           "mount proc /proc proc rw,nosuid 0 0\nmount /dev/sda2 / ext4 rw 0 0\n"
           "mount tmpfs /run tmpfs rw 0 0\nmount /dev/sda1 /boot ext2 rw 0 0\n"
           "mount /dev/sdb1 /srv/a\\040b xfs rw 0 0\n"
           "mount server:/home /home nfs4 rw 0 0\nmount /dev/sda2 /bind ext4 rw 0 0\n"
           "used Filesystem 1024-blocks Used Available Capacity Mounted on\n"
           "used /dev/sda2 9000000 3000000 5000000 38% /\n"
           "used /dev/sda1 900000 100000 700000 13% /boot\n";
}

}  // namespace dim::server::samples
