#include "libdim/base/text.hpp"
#include "libdim/sync/merge.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace {

using namespace dim::sync;

dim::testing::Goal conflicting("versions that conflict");
dim::testing::Goal agreeing("versions that both sides changed, and that do not conflict");
dim::testing::Goal packages("packages that both sides changed");
dim::testing::Goal refused("a file of another form");

constexpr char kEndOfVersion = '\x1e';
constexpr std::array kKinds{MergeKind::passwd,     MergeKind::shadow,          MergeKind::group,
                            MergeKind::gshadow,    MergeKind::subordinate_ids, MergeKind::shells,
                            MergeKind::dpkg_status};
constexpr std::size_t kVersions = 3;

void check(bool is_true) {
    if (!is_true) std::abort();
}

std::string text_of(MergeKind kind, std::string_view older, std::string_view newer,
                    std::string_view blade) {
    const auto merged = merge(kind, older, newer, blade);
    check(merged.has_value());
    return merged->text;
}

/// Of a set of lines it is known what must be there.
void check_set(std::string_view older, std::string_view newer, std::string_view blade,
               std::string_view merged) {
    const auto lines = [](std::string_view text) {
        if (text.empty()) return std::vector<std::string_view>();
        if (text.ends_with('\n')) text.remove_suffix(1);
        return dim::split(text, '\n');
    };
    const auto before = lines(older), now = lines(newer), here = lines(blade), made = lines(merged);
    const auto has = [](const auto& all, std::string_view line) {
        return std::ranges::find(all, line) != all.end();
    };
    for (const auto* version : {&before, &now, &here, &made}) {
        for (const std::string_view line : *version) {
            const bool is_now = has(now, line), is_here = has(here, line);
            check(has(made, line) == (has(before, line) ? is_now && is_here : is_now || is_here));
        }
    }
}

void merge_versions(MergeKind kind, std::string_view older, std::string_view newer,
                    std::string_view blade) {
    const auto merged = merge(kind, older, newer, blade);
    if (!merged) {
        check(merged.error().code() == dim::ErrorCode::invalid_input);
        refused.reach();
        return;
    }
    check(text_of(kind, older, newer, older) == newer);
    check(text_of(kind, older, older, blade) == blade);
    check(text_of(kind, older, newer, newer) == newer);
    check(text_of(kind, older, newer, merged->text) == merged->text);
    if (kind == MergeKind::shells) check_set(older, newer, blade, merged->text);
    if (older == newer || older == blade || newer == blade) return;
    (merged->conflicts.empty() ? agreeing : conflicting).reach();
    if (kind == MergeKind::dpkg_status) packages.reach();
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    const std::string root = "root:x:0:0:root:/root:/bin/bash\n";
    const std::string bash = "Package: bash\nArchitecture: ppc64\nVersion: 5.2\n\n";
    return {{"passwd", "0" + root + "\x1e" + root +
                           "postgres:x:112:118::/var/lib/pg:/bin/sh\n\x1e" + root +
                           "alice:x:112:1000::/home/alice:/bin/bash\n"},
            {"shadow", "1root:!:1:0:9:7:::\n\x1eroot:!:1:0:8:7:::\n\x1eroot:$6$x:2:0:9:7:::\n"},
            {"group", "2sudo:x:27:a,b\n\x1esudo:x:27:c,a\n\x1esudo:x:27:a,b,d\n+:::\n"},
            {"gshadow", "3sudo:*::a\n\x1esudo:*:c:a,b\n\x1esudo:!:d:\n"},
            {"subuid", "4"
                       "a:1:9\na:20:9\n\x1e"
                       "a:1:9\na:20:9\nb:40:9\n\x1e"
                       "a:1:9\na:20:9\na:60:9\n"},
            {"shells", "5# shells\n/bin/sh\n\x1e# shells\n/bin/sh\n/bin/bash\n\x1e/bin/zsh\n"},
            {"packages", "6" + bash + "\x1e" + bash + "Package: libc6\nVersion: 2\n\n\x1e" +
                             "Package: htop\nVersion: 3\nDescription: top\n and more\n\n" + bash},
            {"twice", "2a:x:1:\n\x1e"
                      "a:x:1:\na:x:2:\n"}};
}

/// A digit for the kind, then the three versions between record separators.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text = dim::testing::text_of(data, size);
    auto versions = dim::split(text.substr(1), kEndOfVersion);
    versions.resize(kVersions);
    const MergeKind kind = kKinds[static_cast<unsigned char>(data[0] - '0') % kKinds.size()];
    merge_versions(kind, versions[0], versions[1], versions[2]);
    return 0;
}
