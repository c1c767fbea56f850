#include "tools/output/look_text.hpp"

#include "tools/output/image_text.hpp"
#include "tools/output/table.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dim::tool {

namespace {

/// "2026-11-20 13:40:00"
std::string moment_text(model::Timestamp time) {
    std::string text = to_string(time).substr(0, 19);
    text[10] = ' ';
    return text;
}

std::string what_is_there(const api::PathExplanation& file) {
    if (!file.type) return "nothing";
    std::string text = *file.type;
    if (file.target) text += " to " + terminal_text(*file.target);
    if (file.size) text += ", " + size_text(*file.size);
    if (file.mode) text += ", mode " + *file.mode;
    if (file.owner && file.group) text += fmt::format(", owner {}:{}", *file.owner, *file.group);
    if (file.modified) text += ", modified " + moment_text(*file.modified);
    return text;
}

/// "by cluster/etc/motd, 2026-11-20 13:40:00"
std::string rule_text(const api::PathExplanation& file) {
    std::string text = "by " + terminal_text(file.rule.value_or("a rule"));
    if (file.written) text += ", " + moment_text(*file.written);
    return text;
}

std::string change_of_override(const api::PathExplanation& file) {
    const std::string what =
        file.state == "removed" ? "removed on the blade" : "changed on the blade";
    return what + " since DIM wrote it " + rule_text(file);
}

std::string change_text(const api::PathExplanation& file, const std::string& generation) {
    if (file.rule) return change_of_override(file);
    if (file.state == "removed") return "removed on the blade; " + generation + " has it";
    const bool is_list =
        file.type == "directory" && file.aspects == std::vector<std::string>{"modified"};
    if (is_list) return "names in it came or went since " + generation;
    return fmt::format("changed on the blade: {}; {} has it otherwise",
                       fmt::join(file.aspects, ", "), generation);
}

std::string reason_text(const api::PathExplanation& file) {
    const std::string generation = "generation " + to_string(file.generation);
    if (file.state == "generation")
        return "as " + generation + " has it" +
               (file.part == "shared" ? "; no blade can change it" : "");
    if (file.state == "override") return "as DIM wrote it " + rule_text(file);
    if (file.state == "created") return "created on the blade; " + generation + " has none";
    if (file.state == "kept out")
        return "kept out of the image by the pattern " + terminal_text(file.pattern.value_or("?"));
    if (file.state == "absent") return "never was there: " + generation + " has none";
    return change_text(file, generation);
}

}  // namespace

std::string blade_difference_text(const api::BladeDifference& difference) {
    std::string text;
    for (const api::BladeTreeDifference& one : difference.differences) {
        text += difference_line({one.path, one.kind, one.aspects});
        if (one.rule) text += "  override: " + terminal_text(*one.rule);
        text += '\n';
    }
    const std::size_t told = difference.differences.size();
    if (difference.difference_count > told)
        text += fmt::format("and {} more\n", difference.difference_count - told);
    return text;
}

std::string path_explanation_text(const api::PathExplanation& file) {
    std::string text =
        fmt::format("{} of {}, image {} generation {}\n", terminal_text(file.path),
                    to_string(file.blade), to_string(file.image), to_string(file.generation));
    text += fmt::format("  {:<6} {}\n", "part",
                        file.part == "shared" ? "shared: one tree for all blades of the generation"
                                              : "private: the blade's own");
    text += fmt::format("  {:<6} {}\n", "there", what_is_there(file));
    text += fmt::format("  {:<6} {}\n", "state", reason_text(file));
    return text;
}

std::string blade_checks_text(const api::BladeImageCheckList& list) {
    Table table({"BLADE", "IMAGE", "CHECKED", "RESULT", "NOTE"});
    for (const api::BladeImageCheck& check : list.checks)
        table.add_row({to_string(check.blade), to_string(check.image), moment_text(check.checked),
                       check.result, terminal_text(check.told.value_or(""))});
    return table.text();
}

}  // namespace dim::tool
