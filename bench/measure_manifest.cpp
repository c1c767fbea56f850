// Makes the manifest of a tree once and says what it took: for bench/manifest_scan.

#include "libdim/manifest/manifest_text.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <cstdio>
#include <string>
#include <utility>

namespace {

using namespace dim;

std::string read_whole(const std::string& path) {
    return sys::read_file(path, manifest::kTextLimit).value_or("");
}

Result<void> write_whole(const std::string& path, const std::string& bytes) {
    DIM_TRY(const sys::Fd file, sys::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
    return sys::write_all(file, bytes);
}

/// What an earlier run left at STEM; empty the first time.
Result<manifest::ScannedTree> read_earlier(const std::string& stem) {
    manifest::ScannedTree tree;
    const std::string text = read_whole(stem + ".manifest");
    if (text.empty()) return tree;
    DIM_TRY(tree.manifest, manifest::parse_manifest(text));
    DIM_TRY(tree.cache,
            manifest::parse_scan_cache(read_whole(stem + ".cache"), manifest::digest_of(text),
                                       tree.manifest.entries.size()));
    return tree;
}

Result<void> measure(const std::string& directory, const std::string& stem) {
    const std::int64_t began = sys::monotonic_us();
    DIM_TRY(manifest::ScannedTree earlier, read_earlier(stem));
    const std::int64_t read = sys::monotonic_us();
    DIM_TRY(const sys::Fd root, sys::open_directory(directory));
    DIM_TRY(const manifest::RescannedTree again,
            manifest::scan_tree_again(root, std::move(earlier), {}));
    const manifest::ScannedTree& tree = again.tree;
    const std::int64_t scanned = sys::monotonic_us();
    const std::string text = to_text(tree.manifest);
    DIM_CHECK(write_whole(stem + ".manifest", text));
    DIM_CHECK(write_whole(stem + ".cache", to_text(tree.cache, manifest::digest_of(text))));
    const std::int64_t written = sys::monotonic_us();
    const manifest::Totals sum = manifest::totals(tree.manifest);
    std::printf("{\"entries\":%zu,\"files\":%zu,\"bytes\":%zu,\"manifest_bytes\":%zu,"
                "\"read_ms\":%.1f,\"scan_ms\":%.1f,\"write_ms\":%.1f}\n",
                std::size_t{sum.entries}, std::size_t{sum.files}, std::size_t{sum.bytes},
                text.size(), static_cast<double>(read - began) / 1e3,
                static_cast<double>(scanned - read) / 1e3,
                static_cast<double>(written - scanned) / 1e3);
    return {};
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::fprintf(stderr, "usage: measure_manifest DIRECTORY STEM\n");
        return 2;
    }
    const auto measured = measure(arguments[1], arguments[2]);
    if (measured) return 0;
    std::fprintf(stderr, "measure_manifest: %s\n", to_string(measured.error()).c_str());
    return 1;
}
