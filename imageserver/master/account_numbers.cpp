#include "imageserver/master/account_numbers.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

namespace dim::server {

AccountNumbers AccountNumbers::parse(std::string_view text) {
    AccountNumbers accounts;
    for (const std::string_view line : split(text, '\n')) {
        const std::vector<std::string_view> fields = split(line, ':');
        if (fields.size() < 3 || fields[0].empty()) continue;
        const auto number = parse_number<std::uint32_t>(fields[2]);
        if (number) accounts.numbers_.try_emplace(std::string(fields[0]), *number);
    }
    return accounts;
}

std::optional<std::uint32_t> AccountNumbers::number_of(const std::string& name) const {
    const auto found = numbers_.find(name);
    if (found == numbers_.end()) return std::nullopt;
    return found->second;
}

std::size_t resolve_names(std::vector<AclLine>& lines, const AccountNumbers& users,
                          const AccountNumbers& groups) {
    return std::erase_if(lines, [&](AclLine& line) {
        if (line.name.empty()) return false;
        const bool is_user = line.tag == AclLine::Tag::user;
        const auto number = (is_user ? users : groups).number_of(line.name);
        line.id = number.value_or(0);
        return !number;
    });
}

}  // namespace dim::server
