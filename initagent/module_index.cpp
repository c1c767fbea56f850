#include "initagent/module_index.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <utility>

namespace dim::agent {

namespace {

constexpr std::size_t kModuleFileLimit = 255;  // of a module's path
constexpr std::size_t kAliasLimit = 512;
constexpr int kDepthLimit = 64;  // modules that need one another; depmod lists them flat

/// As modprobe(8) has it: "-" and "_" are the same in a name.
std::string module_name(std::string_view text) {
    std::string name(text);
    std::ranges::replace(name, '-', '_');
    return name;
}

/// "kernel/drivers/net/e1000e.ko" is e1000e; nothing is no module's.
std::string name_of_file(std::string_view file) {
    const std::string_view last = file.substr(file.rfind('/') + 1);
    const auto suffix = last.find(".ko");  // what follows tells how it is compressed
    return suffix == std::string_view::npos ? std::string() : module_name(last.substr(0, suffix));
}

bool leads_out(std::string_view file) {
    const bool is_named = !file.starts_with('/') && !file.ends_with('/') && !file.contains("//");
    return !is_named || file.size() > kModuleFileLimit || file.starts_with("../") ||
           file.contains("/../");
}

/// The next line of TEXT, which loses it.
std::string_view take_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line;
}

/// The next word of a line, which loses it and the blanks before it.
std::string_view take_field(std::string_view& line) {
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t")));
    const std::string_view field = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(field.size());
    return field;
}

/// The file of a line of modules.dep, which loses it; nothing when it is no line of it.
std::string_view take_file(std::string_view& line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return {};
    const std::string_view file = line.substr(0, colon);
    line.remove_prefix(colon + 1);
    return name_of_file(file).empty() ? std::string_view() : file;
}

/// The line of MODULE in modules.dep; empty when it has none.
std::string_view line_of(std::string_view dependencies, std::string_view module) {
    while (!dependencies.empty()) {
        const std::string_view line = take_line(dependencies);
        std::string_view rest = line;
        const std::string_view file = take_file(rest);
        if (!file.empty() && name_of_file(file) == module) return line;
    }
    return {};
}

bool is_builtin(std::string_view builtin, std::string_view module) {
    while (!builtin.empty())
        if (name_of_file(take_line(builtin)) == module) return true;
    return false;
}

bool contains(const std::vector<std::string>& texts, std::string_view text) {
    return std::ranges::find(texts, text) != texts.end();
}

/// Whether C is one of the set that PATTERN begins with after its '['; PATTERN loses the set. A set
/// without an end has nothing in it.
bool take_set(std::string_view& pattern, char c) {
    const auto end = pattern.find(']', 1);
    std::string_view set = pattern.substr(0, end);
    pattern.remove_prefix(end == std::string_view::npos ? pattern.size() : end + 1);
    if (end == std::string_view::npos) return false;
    while (!set.empty()) {
        const bool is_range = set.size() > 2 && set[1] == '-';
        if (c >= set[0] && c <= (is_range ? set[2] : set[0])) return true;
        set.remove_prefix(is_range ? 3 : 1);
    }
    return false;
}

}  // namespace

bool matches_alias(std::string_view pattern, std::string_view text) {
    // Where to go on when the text does not fit: after the last "*", which then stands for one
    // more.
    std::string_view after_star;
    std::string_view star_text;
    bool has_star = false;
    while (!text.empty() || !pattern.empty()) {
        if (!pattern.empty() && pattern.front() == '*') {
            pattern.remove_prefix(1);
            after_star = pattern;
            star_text = text;
            has_star = true;
            continue;
        }
        if (!pattern.empty() && !text.empty()) {
            const char wanted = pattern.front();
            std::string_view rest = pattern.substr(1);
            if (wanted == '[' ? take_set(rest, text.front())
                              : wanted == '?' || wanted == text.front()) {
                pattern = rest;
                text.remove_prefix(1);
                continue;
            }
        }
        if (!has_star || star_text.empty()) return false;
        star_text.remove_prefix(1);
        pattern = after_star;
        text = star_text;
    }
    return true;
}

Result<ModuleIndex> ModuleIndex::parse(ModuleIndexTexts texts) {
    for (const std::string* text :
         {&texts.dependencies, &texts.aliases, &texts.soft_dependencies, &texts.builtin}) {
        if (text->size() > kModuleIndexLimit)
            return fail(ErrorCode::limit_exceeded, "an index of modules is too long");
    }
    for (std::string_view rest = texts.dependencies; !rest.empty();) {
        std::string_view line = take_line(rest);
        const std::string_view file = take_file(line);
        if (!file.empty() && leads_out(file)) {
            return fail(ErrorCode::invalid_input, "modules.dep: '" + printable(file, 80) +
                                                      "' is no file below its directory");
        }
    }
    return ModuleIndex(std::move(texts));
}

std::vector<std::string> ModuleIndex::find(std::string_view asked) const {
    std::vector<std::string> found;
    if (asked.size() > kAliasLimit) return found;
    const std::string name = module_name(asked);
    if (is_builtin(texts_.builtin, name)) return found;
    if (!line_of(texts_.dependencies, name).empty()) {
        found.push_back(name);
        return found;
    }
    for (std::string_view rest = texts_.aliases; !rest.empty();) {
        std::string_view line = take_line(rest);
        if (take_field(line) != "alias") continue;
        const std::string_view pattern = take_field(line);
        if (pattern.size() > kAliasLimit || !matches_alias(pattern, asked)) continue;
        const std::string module = module_name(take_field(line));
        if (!contains(found, module) && !line_of(texts_.dependencies, module).empty())
            found.push_back(module);
    }
    return found;
}

void ModuleIndex::append_softly(const std::string& module, std::string_view when, int depth,
                                std::vector<std::string>& seen,
                                std::vector<std::string>& files) const {
    for (std::string_view rest = texts_.soft_dependencies; !rest.empty();) {
        std::string_view line = take_line(rest);
        if (take_field(line) != "softdep" || module_name(take_field(line)) != module) continue;
        bool is_then = false;
        for (auto word = take_field(line); !word.empty(); word = take_field(line)) {
            if (word.ends_with(':')) {
                is_then = word == when;
            } else if (is_then) {
                for (const std::string& name : find(word))
                    append(name, depth + 1, seen, files);
            }
        }
    }
}

void ModuleIndex::append(const std::string& module, int depth, std::vector<std::string>& seen,
                         std::vector<std::string>& files) const {
    std::string_view needs = line_of(texts_.dependencies, module);
    const std::string_view file = take_file(needs);
    if (depth == kDepthLimit || file.empty() || contains(seen, module)) return;
    seen.push_back(module);
    append_softly(module, "pre:", depth, seen, files);
    // What is to be loaded first is last.
    const std::vector<std::string_view> needed = split_words(needs);
    for (auto each = needed.rbegin(); each != needed.rend(); ++each)
        append(name_of_file(*each), depth + 1, seen, files);
    files.emplace_back(file);
    append_softly(module, "post:", depth, seen, files);
}

std::vector<std::string> ModuleIndex::load_order(const std::string& module) const {
    std::vector<std::string> seen;
    std::vector<std::string> files;
    append(module, 0, seen, files);
    return files;
}

std::vector<std::string> parse_module_list(std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        const std::string_view name = trim(take_line(text));
        if (!name.empty() && name.front() != '#' && name.front() != ';') names.emplace_back(name);
    }
    return names;
}

}  // namespace dim::agent
