#include "imageserver/nfs/nfsd_exports.hpp"

#include "libdim/base/text.hpp"
#include "libdim/tls/sha256.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace dim::server {

namespace {

// mountpoint: an image that is not mounted is not offered, rather than the empty directory below.
// no_subtree_check: what is exported is a file system of its own, which a forged handle does not
// leave. secure: sec=sys believes the uid that a caller claims; only root of a blade has a port
// below 1024. crossmnt is never said: it would open whatever is mounted below.
constexpr std::string_view kOptions =
    ",sync,no_root_squash,no_subtree_check,secure,sec=sys,mountpoint,fsid=";
constexpr std::size_t kUuidDigits = 32;

bool fits(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._+@%=~,-").contains(c);
}

/// Directory and client: there is one line for each.
using Place = std::pair<std::string_view, std::string_view>;

Place place_of(const NfsdExport& entry) { return {entry.directory, entry.client}; }

/// PRESENT, as exportfs tells it, names every option and some twice.
bool has_all_options(const NfsdExport& present, const NfsdExport& wanted) {
    const auto there = split(present.options, ',');
    return std::ranges::all_of(split(wanted.options, ','), [&there](std::string_view option) {
        return std::ranges::find(there, option) != there.end();
    });
}

}  // namespace

Result<NfsdExport> nfsd_export(const api::NfsExport& entry) {
    if (!entry.source.starts_with('/') || !std::ranges::all_of(entry.source, fits)) {
        return fail(Error(ErrorCode::invalid_input, "'" + printable(entry.source, 200) +
                                                        "' cannot be exported: exports(5) would "
                                                        "read another path")
                        .with_cure("use a state directory whose path is of letters, digits and "
                                   "/._+@%=~,-"));
    }
    return NfsdExport{.directory = entry.source,
                      .client = entry.client,
                      .options = (entry.is_writable ? "rw" : "ro") + std::string(kOptions) +
                                 tls::sha256(entry.path).substr(0, kUuidDigits)};
}

std::string render_exports_file(std::span<const NfsdExport> exports) {
    std::string text = "# Written by imageserver. It will overwrite what is changed here.\n";
    for (const NfsdExport& entry : exports)
        text += entry.directory + ' ' + entry.client + '(' + entry.options + ")\n";
    return text;
}

std::vector<NfsdExport> parse_export_table(std::string_view table, std::string_view root) {
    std::vector<NfsdExport> exports;
    if (root.empty()) return exports;  // everybody's
    for (const std::string_view line : split(table, '\n')) {
        const std::size_t tab = line.find('\t');
        if (tab == line.npos || !line.ends_with(')')) continue;
        const std::string_view directory = line.substr(0, tab);
        const std::string_view rest = line.substr(tab + 1);
        const std::size_t bracket = rest.find('(');
        if (bracket == rest.npos || bracket == 0) continue;
        if (!directory.starts_with(root) || !directory.substr(root.size()).starts_with('/'))
            continue;
        exports.push_back(
            {.directory = std::string(directory),
             .client = std::string(rest.substr(0, bracket)),
             .options = std::string(rest.substr(bracket + 1, rest.size() - bracket - 2))});
    }
    return exports;
}

NfsdChange change_of(std::span<const NfsdExport> present, std::span<const NfsdExport> wanted) {
    NfsdChange change;
    std::map<Place, const NfsdExport*> there;
    for (const NfsdExport& entry : present)
        there.emplace(place_of(entry), &entry);
    std::set<Place> stays;
    for (const NfsdExport& entry : wanted) {
        stays.insert(place_of(entry));
        const auto found = there.find(place_of(entry));
        if (found == there.end() || !has_all_options(*found->second, entry))
            change.offered.push_back(entry);
    }
    for (const auto& [place, entry] : there)
        if (!stays.contains(place)) change.withdrawn.push_back(*entry);
    return change;
}

bool is_about_client(std::string_view info, std::string_view address) {
    constexpr std::string_view kAddress = "address: \"";
    for (const std::string_view line : split(info, '\n')) {
        if (!line.starts_with(kAddress)) continue;
        const std::string_view endpoint = line.substr(kAddress.size());
        return endpoint.substr(0, endpoint.rfind(':')) == address;
    }
    return false;
}

}  // namespace dim::server
