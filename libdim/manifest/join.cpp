#include "libdim/manifest/join.hpp"

namespace dim::manifest {

void Join::add(const Manifest& part, const Entry& entry) {
    joined_.entries.push_back(entry);
    std::uint32_t& group = joined_.entries.back().link_group;
    if (group == 0) return;
    const auto next = static_cast<std::uint32_t>(groups_.size() + 1);
    group = groups_.try_emplace({&part, group}, next).first->second;
}

}  // namespace dim::manifest
