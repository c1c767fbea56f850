#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/file.hpp"

#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

/// What the tests of several files here need.
namespace dim::testing {

constexpr std::uint32_t kLoopback = 0x7f000001;

/// Longer than anything here takes on a busy machine.
inline sys::Deadline soon() { return sys::Deadline::in(std::chrono::seconds(10)); }

inline void write_text(const std::string& path, std::string_view text) {
    const sys::Fd file = sys::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644).value();
    ASSERT_TRUE(sys::write_all(file, text));
}

}  // namespace dim::testing
