#pragma once

#include "libdim/sys/fd.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <gtest/gtest.h>

namespace dim::testing {

/// Whether the file system has given the content of the file FD, one piece, a place on the device:
/// it does when it writes it there, and no earlier, unless it is one that waits with nothing.
inline bool has_place_on_device(const sys::Fd& fd) {
    alignas(fiemap) std::array<std::byte, sizeof(fiemap) + sizeof(fiemap_extent)> bytes{};
    fiemap map{};
    map.fm_length = FIEMAP_MAX_OFFSET;
    map.fm_extent_count = 1;
    std::memcpy(bytes.data(), &map, sizeof map);
    EXPECT_EQ(::ioctl(fd.get(), FS_IOC_FIEMAP, bytes.data()), 0);
    std::memcpy(&map, bytes.data(), sizeof map);
    fiemap_extent extent{};
    std::memcpy(&extent, bytes.data() + sizeof map, sizeof extent);
    return map.fm_mapped_extents == 1 && (extent.fe_flags & FIEMAP_EXTENT_DELALLOC) == 0;
}

}  // namespace dim::testing
