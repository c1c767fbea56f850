#include "libdim/testing/fuzz.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

// TARGET -write_seeds=DIRECTORY, and -check_seeds=DIRECTORY, which fails when the files are not the
// seeds. Linked into every fuzz target.
namespace dim::testing {
namespace {

namespace fs = std::filesystem;

void write_seeds(const fs::path& directory) {
    fs::remove_all(directory);
    fs::create_directories(directory);
    for (const auto& [name, input] : fuzz_seeds())
        std::ofstream(directory / name, std::ios::binary) << input;
}

Seeds read_seeds(const fs::path& directory) {
    Seeds seeds;
    std::error_code missing;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory, missing)) {
        std::ifstream file(entry.path(), std::ios::binary);
        seeds[entry.path().filename()] = std::string(std::istreambuf_iterator<char>(file), {});
    }
    return seeds;
}

}  // namespace
}  // namespace dim::testing

/// libFuzzer calls it first.
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    using namespace dim::testing;
    constexpr std::string_view kWrite = "-write_seeds=";
    constexpr std::string_view kCheck = "-check_seeds=";
    for (int i = 1; i < *count; ++i) {
        const std::string_view argument = (*arguments)[i];
        if (argument.starts_with(kWrite)) {
            write_seeds(argument.substr(kWrite.size()));
            std::_Exit(0);
        }
        if (!argument.starts_with(kCheck)) continue;
        const std::string directory(argument.substr(kCheck.size()));
        if (read_seeds(directory) == fuzz_seeds()) std::_Exit(0);
        std::fprintf(stderr, "%s is not what the samples give now; run scripts/fuzz --seeds\n",
                     directory.c_str());
        std::_Exit(1);
    }
    return 0;
}
