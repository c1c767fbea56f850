#include "libdim/manifest/scan_cache.hpp"

#include "libdim/manifest/lines.hpp"

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
    std::string text(kFirstWords);
    text.reserve(kUsualStamp * (cache.size() + 5));
    text.append(digest).append("\n");
    for (const std::optional<Stamp>& stamp : cache) {
        if (stamp)
            text.append(std::to_string(stamp->inode)).append(" ").append(to_text(stamp->changed));
        else
            text.append(kNoStamp);
        text += '\n';
    }
    append_end(text, cache.size());
    return text;
}

Result<ScanCache> parse_scan_cache(std::string_view text, std::string_view digest,
                                   std::size_t entries) {
    DIM_TRY(Lines lines, open_lines(text));
    if (!lines.first.starts_with(kFirstWords) || lines.first.substr(kFirstWords.size()) != digest ||
        lines.count != entries)
        return fail(ErrorCode::invalid_input, "line 1: it is not the cache of this manifest");
    ScanCache cache;
    cache.reserve(lines.count);
    for (std::size_t number = 2; !lines.body.empty(); ++number) {
        Result<std::optional<Stamp>> stamp = parse_stamp(take_line(lines.body));
        if (!stamp)
            return fail(std::move(stamp).error().with_context("line " + std::to_string(number)));
        cache.push_back(*stamp);
    }
    return cache;
}

}  // namespace dim::manifest
