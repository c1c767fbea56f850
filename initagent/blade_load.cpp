#include "initagent/blade_load.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"

namespace dim::agent {

namespace {

constexpr std::size_t kFileLimit = 64 * 1024;
constexpr std::uint64_t kKibibytesLimit = std::uint64_t{1} << 50;

/// "0.52": two digits behind the point.
Result<double> parse_load(std::string_view text) {
    const auto point = text.find('.');
    if (point == std::string_view::npos || text.size() != point + 3)
        return fail(ErrorCode::invalid_input, "not a load average");
    DIM_TRY(const auto whole, parse_number<std::uint32_t>(text.substr(0, point)));
    DIM_TRY(const auto hundredths, parse_number<std::uint32_t>(text.substr(point + 1)));
    return whole + hundredths / 100.0;
}

Result<std::uint64_t> kibibytes(std::string_view meminfo, std::string_view name) {
    for (const std::string_view line : split(meminfo, '\n')) {
        const auto words = split_words(line);
        if (words.size() == 3 && words[0] == name && words[2] == "kB")
            return parse_number<std::uint64_t>(words[1], 0, kKibibytesLimit);
    }
    return fail(ErrorCode::not_found, "meminfo has no " + std::string(name));
}

}  // namespace

Result<BladeLoad> parse_blade_load(std::string_view loadavg, std::string_view meminfo) {
    const auto words = split_words(loadavg);
    if (words.size() != 5) return fail(ErrorCode::invalid_input, "not /proc/loadavg");
    BladeLoad load;
    DIM_TRY(load.load, parse_load(words[0]));
    const auto slash = words[3].find('/');
    if (slash == std::string_view::npos) return fail(ErrorCode::invalid_input, "not /proc/loadavg");
    DIM_TRY(load.processes, parse_number<std::uint32_t>(words[3].substr(slash + 1)));
    auto available = kibibytes(meminfo, "MemAvailable:");
    if (!available && available.error().code() == ErrorCode::not_found)
        available = kibibytes(meminfo, "MemFree:");
    if (!available) return fail(std::move(available).error());
    load.memory_available_bytes = *available * 1024;
    return load;
}

Result<BladeLoad> blade_load() {
    DIM_TRY(const std::string loadavg, sys::read_file("/proc/loadavg", kFileLimit));
    DIM_TRY(const std::string meminfo, sys::read_file("/proc/meminfo", kFileLimit));
    return parse_blade_load(loadavg, meminfo);
}

}  // namespace dim::agent
