#include "libdim/manifest/scan_cache.hpp"

namespace dim::manifest {

namespace {

constexpr std::string_view kFirstWords = "dim-scan-cache 1 ";
constexpr std::string_view kNoStamp = "-";
constexpr std::size_t kUsualStamp = 32;

Result<std::optional<Stamp>> parse_stamp(std::string_view line) {
    if (line == kNoStamp) return std::nullopt;
    Words words(line);
    Stamp stamp;
    DIM_TRY(stamp.inode, words.number("inode", UINT64_MAX));
    DIM_TRY(const std::string_view changed, words.next("time of the last change"));
    DIM_TRY(stamp.changed, parse_time(changed));
    if (!words.is_over()) return fail(ErrorCode::invalid_input, "there is more than a stamp");
    return stamp;
}

}  // namespace

std::string to_text(const ScanCache& cache, std::string_view digest) {
    std::string text;
    text.reserve(kUsualStamp * (cache.size() + 5));
    (void)write_text(cache, digest, appending_to(text));
    return text;
}

Result<void> write_text(const ScanCache& cache, std::string_view digest, const TextSink& sink) {
    LineWriter writer(std::string(kFirstWords).append(digest), sink);
    for (const std::optional<Stamp>& stamp : cache) {
        std::string& text = writer.text();
        if (stamp)
            text.append(std::to_string(stamp->inode)).append(" ").append(to_text(stamp->changed));
        else
            text.append(kNoStamp);
        text += '\n';
        DIM_CHECK(writer.end_line());
    }
    DIM_TRY([[maybe_unused]] const std::string own, writer.finish());
    return {};
}

Result<ScanCache> parse_scan_cache(std::string_view text, std::string_view digest,
                                   std::size_t entries) {
    DIM_TRY(const Lines lines, open_lines(text));
    if (!lines.first.starts_with(kFirstWords) || lines.first.substr(kFirstWords.size()) != digest ||
        lines.count != entries)
        return fail(ErrorCode::invalid_input, "line 1: it is not the cache of this manifest");
    ScanCache cache(lines.count);
    DIM_CHECK(for_each_line(lines, [&](std::size_t index, std::string_view line) -> Result<void> {
        DIM_TRY(cache[index], parse_stamp(line));
        return {};
    }));
    return cache;
}

}  // namespace dim::manifest
