#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace dim::testing {

/// Of a call that must succeed; else an exception, which fails the test with the error's text.
template <class T>
T value_of(Result<T> result) {
    if (!result) throw std::runtime_error(to_string(result.error()));
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// Runs a program that must succeed; its output.
inline std::string run(const std::vector<std::string>& arguments) {
    const sys::RunResult result = value_of(sys::run(arguments, std::chrono::minutes(1)));
    if (!result.status.is_success())
        throw std::runtime_error(arguments.front() + ": " + result.output);
    return result.output;
}
inline std::string run_script(const std::string& script) { return run({"bash", "-euc", script}); }

inline void write(const std::string& path, std::string_view bytes, mode_t mode = 0644) {
    const sys::Fd fd = value_of(sys::open(path, O_WRONLY | O_CREAT | O_TRUNC, mode));
    value_of(sys::write_all(fd, bytes));
    value_of(sys::chmod(path, mode));
}

/// What rsync would still have to do to make COPY the same as ORIGINAL: nothing, when it is.
inline std::string differences(const std::string& original, const std::string& copy,
                               const std::vector<std::string>& excluded = {}) {
    std::vector<std::string> arguments{"rsync", "-aHAXni", "--numeric-ids", "--delete",
                                       "--checksum"};
    for (const std::string& name : excluded)
        arguments.push_back("--exclude=" + name);
    arguments.push_back(original + "/");
    arguments.push_back(copy + "/");
    return run(arguments);
}

}  // namespace dim::testing
