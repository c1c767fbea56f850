#include "libdim/sync/keep_out.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using dim::sync::KeepOut;
using dim::sync::KeepOutRule;

dim::testing::Goal kept("a path that is kept out for itself");
dim::testing::Goal kept_below("a path that is kept out with its directory");
dim::testing::Goal let_through("a path that a rule lets through");
dim::testing::Goal refused("a rule that protects nothing");

constexpr char kEndOfRules = '\x1e';

void check(bool is_true) {
    if (!is_true) std::abort();
}

std::size_t depth_of(std::string_view path) { return std::ranges::count(path, '/') + 1; }

/// What is decided for a directory that is kept out is decided for all below it.
void look_at(const KeepOut& rules, std::string_view path) {
    const KeepOutRule* above = nullptr;
    for (std::size_t slash = path.find('/'); slash != path.npos;
         slash = path.find('/', slash + 1)) {
        if (above == nullptr && rules.keeps(path.substr(0, slash), true))
            above = rules.decides(path.substr(0, slash), true);
        check(above == nullptr || rules.decides(path.substr(0, slash), true) == above);
    }
    for (const bool is_directory : {false, true}) {
        const KeepOutRule* rule = rules.decides(path, is_directory);
        const bool is_kept = rules.keeps(path, is_directory);
        check(above == nullptr || (is_kept && rule == above));
        check(!is_kept || rule != nullptr);
        if (rule == nullptr) continue;
        check(is_kept != rule->text.starts_with('+'));
        if (above != nullptr)
            kept_below.reach();
        else
            (is_kept ? kept : let_through).reach();
    }
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"property", "- /etc/motd; /var/lib/app/; + *.conf\x1evar/lib/app/1"},
            {"let-through", "+ app/\n+ app/[[:alpha:]]*.conf\n- *\x1e"
                            "app/main.conf"},
            {"stars", "/srv/***; a**b?c; **/x/*\x1esrv/a/x/b"},
            {"escapes", "a\\[b*; [!]a-c\\]]; x\\y\x1e"
                        "a[b"},
            {"wrong", "- a[b"}};
}

/// Before the first record separator are rules, behind it a path.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = dim::testing::text_of(data, size);
    const std::size_t end = std::min(text.find(kEndOfRules), text.size());
    const auto texts = dim::sync::split_rules(text.substr(0, end));
    if (!texts) return 0;
    std::vector<KeepOutRule> rules;
    for (const std::string& rule : *texts)
        rules.push_back({rule, "cluster"});
    const auto parsed = KeepOut::parse(rules);
    if (!parsed) {
        check(parsed.error().message().starts_with("keep-out rule '"));
        check(parsed.error().message().contains("' of cluster: "));
        check(!parsed.error().cure().empty());
        refused.reach();
        return 0;
    }
    constexpr std::size_t kDeepest = 64;
    const std::string_view path = text.substr(std::min(end + 1, text.size()));
    if (depth_of(path) <= kDeepest) look_at(*parsed, path);
    return 0;
}
