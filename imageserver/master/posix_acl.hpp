#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dim::server {

/// A line of an ACL (acl(5)).
struct AclLine {
    /// In the order in which the kernel wants them.
    enum class Tag : std::uint16_t {
        owner = 0x01,
        user = 0x02,
        owning_group = 0x04,
        group = 0x08,
        mask = 0x10,
        others = 0x20,
    };
    Tag tag;
    std::uint16_t permissions;  ///< read 4, write 2, execute 1
    std::uint32_t id;           ///< of a user or a group, else without a meaning
    std::string name = {};      ///< of a user or a group whose number is not known yet
};

/// The ACL as the value of the extended attribute system.posix_acl_access or _default
/// (linux/posix_acl_xattr.h, version 2).
std::string acl_attribute(std::vector<AclLine> lines);

}  // namespace dim::server
