#include "libdim/override/resolver_file.hpp"

#include "libdim/base/text.hpp"
#include "libdim/override/file_lines.hpp"
#include "libdim/override/own_lines.hpp"

#include <algorithm>

namespace dim::overrides {

namespace {

constexpr std::string_view kComment = "# searched above, behind the cluster's domain (DIM): ";

/// The domains that LINE searches; empty for any other line.
std::vector<std::string_view> searched_by(std::string_view line) {
    std::vector<std::string_view> words = split_words(line);
    if (words.empty() || (words[0] != "search" && words[0] != "domain")) return {};
    words.erase(words.begin());
    return words;
}

}  // namespace

std::string with_name_server(std::string_view text, std::string_view server,
                             std::string_view domain) {
    const std::string others = without_own_lines(text);
    std::vector<std::string_view> searched;
    std::string left;
    for (std::string_view line : lines_of(others)) {
        const bool is_done = line.starts_with(kComment);
        const auto words = searched_by(is_done ? line.substr(kComment.size()) : line);
        if (!words.empty()) searched = words;
        if (!words.empty() && !is_done) left += kComment;
        left += line;
    }
    std::string own("search ");
    own += domain;
    for (const std::string_view each : searched)
        if (each != domain) own.append(" ").append(each);
    own.append("\nnameserver ").append(server).append("\n");
    return with_own_lines(left, own);
}

std::string resolved_drop_in(std::string_view server, std::string_view domain) {
    return std::string("# Name server and domain of the cluster definition (DIM)\n[Resolve]\nDNS=")
        .append(server)
        .append("\nDomains=")
        .append(domain)
        .append("\n");
}

bool is_link_to_resolved(std::string_view target) {
    return target.contains("run/systemd/resolve/") || target.ends_with("lib/systemd/resolv.conf");
}

}  // namespace dim::overrides
