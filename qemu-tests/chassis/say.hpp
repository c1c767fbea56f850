#pragma once

#include <cstdio>
#include <string>

namespace dim::chassis {

/// A line on standard output, at once.
inline void say(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

}  // namespace dim::chassis
