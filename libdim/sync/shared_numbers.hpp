#pragma once

#include "libdim/sync/account_line.hpp"
#include "libdim/sync/records.hpp"

#include <span>
#include <string>
#include <vector>

namespace dim::sync {

/// For people: which users or groups get a number by the newer version of a file, or come with it,
/// that another one has in MERGED, and not from the newer version. One sentence for each.
std::vector<std::string> shared_numbers(std::span<const AccountField> fields, const Records& older,
                                        const Records& newer, const Records& merged);

}  // namespace dim::sync
