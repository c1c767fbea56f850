#include "libdim/override/interfaces_file.hpp"

#include "libdim/base/text.hpp"
#include "libdim/override/file_lines.hpp"
#include "libdim/override/setting_lines.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace dim::overrides {

namespace {

constexpr std::array<std::string_view, 8> kStanzas{
    "iface",        "mapping",    "auto",  "source", "source-directory",
    "no-auto-down", "no-scripts", "rename"};

bool is_comment(std::string_view line) { return trim(line).starts_with('#'); }

/// interfaces(5) joins a line that ends with a backslash and the next.
bool goes_on(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    return line.ends_with('\\');
}

/// Lists names of interfaces: "auto", "allow-hotplug".
bool lists_interfaces(std::string_view word) {
    return word == "auto" || word.starts_with("allow-") || word == "no-auto-down" ||
           word == "no-scripts";
}

bool begins_stanza(std::string_view word) {
    return std::ranges::find(kStanzas, word) != kStanzas.end() || word.starts_with("allow-");
}

/// A line with those that it is continued by; a comment is never continued.
struct LogicalLine {
    std::vector<std::string_view> lines;
    std::vector<std::string> words;
};

std::vector<LogicalLine> logical_lines(std::string_view text) {
    std::vector<LogicalLine> logical;
    bool continues = false;
    for (const std::string_view line : lines_of(text)) {
        if (!continues) logical.emplace_back();
        logical.back().lines.push_back(line);
        if (!continues && is_comment(line)) continue;
        continues = goes_on(line);
        std::string_view content = line;
        if (continues) content = content.substr(0, content.rfind('\\'));
        for (const std::string_view word : split_words(content))
            logical.back().words.emplace_back(word);
    }
    return logical;
}

/// ifupdown takes "bond_slaves" for "bond-slaves", too.
std::string option_name(std::string word) {
    std::ranges::replace(word, '_', '-');
    return word;
}

bool is_plain_interface(std::string_view name) {
    return name != "lo" && name.find_first_of(".:") == name.npos;
}

void append_comment(std::string& made, const LogicalLine& line) {
    for (const std::string_view physical : line.lines) {
        made += kRootInterfaceComment;
        made += physical;
    }
}

/// The line as a comment, and again with the names that are left, if there are any.
void append_without(std::string& made, const LogicalLine& line, std::string_view interface) {
    append_comment(made, line);
    std::string names;
    for (auto word = line.words.begin() + 1; word != line.words.end(); ++word)
        if (*word != interface) names += ' ' + *word;
    if (names.empty()) return;
    if (!made.ends_with('\n')) made += '\n';
    made += line.words.front() + names + '\n';
}

/// The first word says what the line does, also where an interface is called "auto".
bool lists(const LogicalLine& line, std::string_view interface) {
    return !line.words.empty() && lists_interfaces(line.words.front()) &&
           std::find(line.words.begin() + 1, line.words.end(), interface) != line.words.end();
}

}  // namespace

std::vector<std::string> interfaces_of(std::string_view text) {
    std::vector<std::string> interfaces;
    for (const LogicalLine& line : logical_lines(text)) {
        if (line.words.size() < 2 || line.words[0] != "iface") continue;
        if (is_plain_interface(line.words[1]) &&
            std::ranges::find(interfaces, line.words[1]) == interfaces.end())
            interfaces.push_back(line.words[1]);
    }
    return interfaces;
}

std::vector<std::string> interfaces_beneath(std::string_view text, std::string_view interface) {
    std::vector<std::string> all{std::string(interface)};
    const auto add = [&](std::string_view name) {
        if (!name.empty() && name != "none" && std::ranges::find(all, name) == all.end())
            all.emplace_back(name);
    };
    add(interface.substr(0, interface.find('.')));
    const std::vector<LogicalLine> lines = logical_lines(text);
    // A bond beneath a VLAN is known only after the VLAN's stanza was read.
    for (std::size_t known = 0; known != all.size();) {
        known = all.size();
        std::string stanza;
        for (const LogicalLine& line : lines) {
            if (line.words.size() < 2 || is_comment(line.lines.front())) continue;
            if (begins_stanza(line.words[0])) stanza = line.words[1];
            const auto option = option_name(line.words[0]);
            const bool is_ours = std::ranges::find(all, stanza) != all.end();
            if (is_ours && (option == "vlan-raw-device" || option == "bond-slaves"))
                for (auto word = line.words.begin() + 1; word != line.words.end(); ++word)
                    add(*word);
            if (option == "bond-master" && std::ranges::find(all, line.words[1]) != all.end())
                add(stanza);
        }
    }
    all.erase(all.begin());
    return all;
}

std::string without_interface(std::string_view text, std::string_view interface) {
    std::string made;
    bool is_in_stanza = false;
    for (const LogicalLine& line : logical_lines(text)) {
        const bool is_stanza = !line.words.empty() && begins_stanza(line.words.front());
        if (is_stanza)
            is_in_stanza = line.words.front() == "iface" && line.words.size() > 1 &&
                           line.words[1] == interface;
        if (is_in_stanza && !line.words.empty()) {
            append_comment(made, line);
        } else if (lists(line, interface)) {
            append_without(made, line, interface);
        } else {
            for (const std::string_view physical : line.lines)
                made += physical;
        }
    }
    return made;
}

std::string with_nfsroot_start(std::string_view text) {
    return with_setting(text, "STARTMODE", "'nfsroot'", kRootInterfaceComment);
}

std::string without_start_at_boot(std::string_view text) {
    return with_setting(text, "ONBOOT", "no", kRootInterfaceComment);
}

}  // namespace dim::overrides
