#include "linuxrc/kernel_modules.hpp"

#include "libdim/base/edit_distance.hpp"
#include "libdim/base/text.hpp"
#include "linuxrc/elf_section.hpp"

#include <algorithm>
#include <cstddef>

namespace dim::linuxrc {

namespace {

constexpr std::size_t kMostModules = 100'000;
constexpr std::size_t kLongestPath = 512;
constexpr std::size_t kMostNeeds = 1000;  ///< of one module
constexpr std::size_t kMostFacts = 10'000;
constexpr std::size_t kMostFactBytes = std::size_t{1} << 20;

bool is_inside(std::string_view path) {
    if (path.empty() || path.front() == '/' || path.size() > kLongestPath) return false;
    return std::ranges::none_of(split(path, '/'), [](std::string_view part) {
        return part.empty() || part == "." || part == "..";
    });
}

std::string with_underscores(std::string_view name) {
    std::string text(name);
    std::ranges::replace(text, '-', '_');
    return text;
}

std::unexpected<Error> refuse(std::string_view file, std::string_view line) {
    return fail(ErrorCode::invalid_input,
                std::string(file) + " has a line that is none: " + printable(line, 100));
}

}  // namespace

std::string module_name(std::string_view path) {
    const std::string_view file = path.substr(path.rfind('/') + 1);
    const auto suffix = file.find(".ko");
    if (suffix == std::string_view::npos || suffix == 0) return {};
    const std::string_view rest = file.substr(suffix + 3);
    if (!rest.empty() && rest.front() != '.') return {};
    return with_underscores(file.substr(0, suffix));
}

Result<ModuleDependencies> ModuleDependencies::parse(std::string_view dependencies,
                                                     std::string_view soft_dependencies) {
    ModuleDependencies result;
    for (const std::string_view line : split(dependencies, '\n')) {
        if (line.empty()) continue;
        const auto colon = line.find(':');
        const std::string_view path = line.substr(0, colon);
        std::string name = module_name(path);
        if (colon == std::string_view::npos || name.empty() || !is_inside(path))
            return refuse("modules.dep", line);
        Module module{.path = std::string(path), .needs = {}};
        const auto needs = split_words(line.substr(colon + 1));
        if (needs.size() > kMostNeeds) return refuse("modules.dep", line);
        for (const std::string_view need : needs)
            module.needs.push_back(module_name(need));
        if (result.modules_.size() >= kMostModules)
            return fail(ErrorCode::limit_exceeded, "modules.dep has more than 100,000 modules");
        result.modules_.insert_or_assign(std::move(name), std::move(module));
    }
    // "softdep r8169 pre: realtek"
    for (const std::string_view line : split(soft_dependencies, '\n')) {
        const auto words = split_words(line);
        if (words.size() < 2 || words.size() > kMostNeeds || words.front() != "softdep") continue;
        const auto module = result.modules_.find(with_underscores(words[1]));
        if (module == result.modules_.end()) continue;
        for (const std::string_view word : std::span(words).subspan(2))
            if (!word.ends_with(':') && module->second.needs.size() < kMostNeeds)
                module->second.needs.push_back(with_underscores(word));
    }
    return result;
}

ModuleIndexes indexes_of(const ModuleIndexes& indexes, const std::set<std::string>& paths) {
    std::set<std::string> names;
    for (const std::string& path : paths)
        names.insert(module_name(path));
    // "alias PATTERN MODULE", "softdep MODULE pre: OTHER"
    const auto lines = [](std::string_view text, const auto& is_wanted) {
        std::string kept;
        for (const std::string_view line : split(text, '\n'))
            if (is_wanted(line)) kept.append(line).push_back('\n');
        return kept;
    };
    const auto word_names_one = [&](std::string_view line, std::size_t place) {
        const auto words = split_words(line);
        return words.size() > place && names.contains(with_underscores(words[place]));
    };
    return {.dependencies =
                lines(indexes.dependencies,
                      [&](std::string_view line) {
                          return paths.contains(std::string(line.substr(0, line.find(':'))));
                      }),
            .aliases = lines(indexes.aliases,
                             [&](std::string_view line) { return word_names_one(line, 2); }),
            .soft_dependencies = lines(indexes.soft_dependencies, [&](std::string_view line) {
                return word_names_one(line, 1);
            })};
}

bool ModuleDependencies::has(std::string_view name) const {
    return modules_.contains(with_underscores(name));
}

std::optional<std::string> ModuleDependencies::nearest(std::string_view name) const {
    const std::string wanted = with_underscores(name);
    std::optional<std::string> found;
    // Two letters of five, as for commands (tools/nearest_words).
    std::size_t least = wanted.size() * 2 / 5 + 1;
    for (const auto& [other, module] : modules_) {
        const std::size_t distance = edit_distance(wanted, other);
        if (distance >= least) continue;
        least = distance;
        found = other;
    }
    return found;
}

std::set<std::string> ModuleDependencies::closure(std::span<const std::string_view> wanted) const {
    std::set<std::string> paths;
    std::vector<std::string> open;
    for (const std::string_view name : wanted)
        open.push_back(with_underscores(name));
    while (!open.empty()) {
        const auto module = modules_.find(open.back());
        open.pop_back();
        if (module == modules_.end() || !paths.insert(module->second.path).second) continue;
        open.insert(open.end(), module->second.needs.begin(), module->second.needs.end());
    }
    return paths;
}

Result<std::vector<std::string>> module_info(std::string_view module) {
    std::vector<std::string> facts;
    const auto info = elf_section(module, ".modinfo");
    if (!info && info.error().code() != ErrorCode::not_found)
        return fail(ErrorCode::invalid_input, "it is no kernel module");
    if (!info) return facts;
    for (const std::string_view fact : split(info->substr(0, kMostFactBytes), '\0'))
        if (!fact.empty() && facts.size() < kMostFacts) facts.emplace_back(fact);
    return facts;
}

}  // namespace dim::linuxrc
