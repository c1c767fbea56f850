#pragma once

#include "imageserver/master/posix_acl.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// The numbers of a tree's own users, or groups, as its /etc/passwd or /etc/group has them
/// (passwd(5), group(5)); lines that are none are passed over. The first line of a name counts.
class AccountNumbers {
public:
    static AccountNumbers parse(std::string_view text);
    std::optional<std::uint32_t> number_of(const std::string& name) const;

private:
    std::map<std::string, std::uint32_t> numbers_;
};

/// Gives each line that has a name its number. How many were left out because there is none.
std::size_t resolve_names(std::vector<AclLine>& lines, const AccountNumbers& users,
                          const AccountNumbers& groups);

}  // namespace dim::server
