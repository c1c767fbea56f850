#pragma once

#include <string>
#include <string_view>

namespace dim::server::samples {

inline std::string remote_answer() {
    return "root /\nuser 0\n"
           "option --one-file-system\noption --numeric-owner\noption --anchored\n"
           "option --no-wildcards-match-slash\noption --sparse\noption --xattrs\noption --acls\n"
           "option --format\noption --null\noption --no-unquote\noption --files-from\n"
           "option --no-recursion\nfind 1700000000.1234567890\n"
           "mount proc /proc proc rw,nosuid 0 0\nmount /dev/sda2 / ext4 rw 0 0\n"
           "mount tmpfs /run tmpfs rw 0 0\nmount /dev/sda1 /boot ext2 rw 0 0\n"
           "mount /dev/sdb1 /srv/a\\040b xfs rw 0 0\n"
           "mount server:/home /home nfs4 rw 0 0\nmount /dev/sda2 /bind ext4 rw 0 0\n"
           "used Filesystem 1024-blocks Used Available Capacity Mounted on\n"
           "used /dev/sda2 9000000 3000000 5000000 38% /\n"
           "used /dev/sda1 900000 100000 700000 13% /boot\n";
}

/// One record of a list.
inline std::string listed(std::string_view record) { return std::string(record) + '\0'; }

inline std::string machine_list() {
    return listed("dim-list 1 1700000000") +
           listed("d 4096 65024 2 1600000000.0000000000 1600000001.5000000000 .") +
           listed("d 4096 65024 13 1600000000.0000000000 1600000001.5000000000 ./etc") +
           listed("f 12 65024 14 1600000000.1234567890 1600000001.0000000050 ./etc/motd") +
           listed("l 4 65024 15 -31536000.5000000000 1600000001.5000000000 ./etc/old") +
           listed("f 0 65024 16 1600000000.0000000000 1600000001.5000000000 ./etc/a b\nc") +
           listed("s 0 65024 17 1600000000.0000000000 1600000001.5000000000 ./etc/socket") +
           listed("end 0");
}

}  // namespace dim::server::samples
