#pragma once

#include "libdim/manifest/manifest.hpp"

#include <cstdint>
#include <map>
#include <utility>

namespace dim::manifest {

/// Makes one manifest of entries of several; names of one file in two of them are two files in it.
class Join {
public:
    /// ENTRY is one of PART, and comes behind what was added so far.
    void add(const Manifest& part, const Entry& entry);
    Manifest take() { return std::move(joined_); }

private:
    Manifest joined_;
    std::map<std::pair<const Manifest*, std::uint32_t>, std::uint32_t> groups_;
};

}  // namespace dim::manifest
