#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

/// What a fuzz target (x_fuzz.cpp) has besides LLVMFuzzerTestOneInput: the goals that a run of it
/// must reach, and seeds to begin with.
namespace dim::testing {

/// Something that the fuzzer must come to, or it has tested nothing: "a reply that is read, written
/// and read again". Kept in a variable of the namespace. At its end a run prints how often it came
/// there; with DIM_FUZZ_DEMAND in the environment, as in ctest, it fails when it never did.
class Goal {
public:
    explicit Goal(std::string what) : what_(std::move(what)) {}
    Goal(const Goal&) = delete;
    Goal& operator=(const Goal&) = delete;
    ~Goal() {
        std::fprintf(stderr, "goal: %s: %zu times\n", what_.c_str(), count_);
        if (count_ == 0 && std::getenv("DIM_FUZZ_DEMAND") != nullptr) std::_Exit(1);
    }
    void reach() { ++count_; }

private:
    std::string what_;
    std::size_t count_ = 0;
};

/// Name of the file → input. Made from the samples of the tests, so that they stay true: the files
/// below fuzz/seeds/ are written by `scripts/fuzz --seeds`, and the target's test compares them.
using Seeds = std::map<std::string, std::string>;
Seeds fuzz_seeds();  ///< each target defines its own

inline std::string_view text_of(const unsigned char* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace dim::testing
