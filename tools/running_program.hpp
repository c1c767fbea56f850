#pragma once

#include "libdim/sys/run.hpp"
#include "libdim/testing/source_directory.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace dim::tool {

/// A program's end and all it printed, on both streams.
struct Ran {
    int code = -1;
    std::string output;
};

inline Ran run_program(std::vector<std::string> words) {
    const std::string& name = words.front();
    const auto result =
        sys::run(words, std::chrono::seconds(60), {.output_limit = std::size_t{64} << 20});
    if (!result) {
        ADD_FAILURE() << name << ": " << result.error().message();
        return {};
    }
    EXPECT_FALSE(result->is_output_cut);
    return {result->status.code, result->output};
}

/// The `dim` that was built, on the example FILE of docs/examples/.
inline Ran run_dim_on(const std::string& file, const std::vector<std::string>& words) {
    std::vector<std::string> all{DIM_PROGRAM, "--cluster",
                                 dim::testing::source_directory() + "/docs/examples/" + file};
    all.insert(all.end(), words.begin(), words.end());
    return run_program(std::move(all));
}

}  // namespace dim::tool
