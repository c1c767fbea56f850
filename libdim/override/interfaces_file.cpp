#include "libdim/override/interfaces_file.hpp"

#include "libdim/base/text.hpp"
#include "libdim/override/file_lines.hpp"
#include "libdim/override/setting_lines.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

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
void append_without(std::string& made, const LogicalLine& line, const InterfaceNames& interfaces) {
    append_comment(made, line);
    std::string names;
    for (auto word = line.words.begin() + 1; word != line.words.end(); ++word)
        if (!interfaces.contains(*word)) names += ' ' + *word;
    if (names.empty()) return;
    if (!made.ends_with('\n')) made += '\n';
    made += line.words.front() + names + '\n';
}

/// The first word says what the line does, also where an interface is called "auto".
bool lists_any(const LogicalLine& line, const InterfaceNames& interfaces) {
    return !line.words.empty() && lists_interfaces(line.words.front()) &&
           std::any_of(line.words.begin() + 1, line.words.end(),
                       [&](const std::string& word) { return interfaces.contains(word); });
}

/// Of each interface that a stanza tells of, what it is made of.
std::map<std::string, std::vector<std::string>> parts_in(std::string_view text) {
    std::map<std::string, std::vector<std::string>> parts;
    std::string stanza;
    for (const LogicalLine& line : logical_lines(text)) {
        if (line.words.size() < 2 || is_comment(line.lines.front())) continue;
        if (begins_stanza(line.words[0])) stanza = line.words[1];
        const auto option = option_name(line.words[0]);
        if (option == "vlan-raw-device" || option == "bond-slaves") {
            auto& of_stanza = parts[stanza];
            of_stanza.insert(of_stanza.end(), line.words.begin() + 1, line.words.end());
        }
        if (option == "bond-master") parts[line.words[1]].push_back(stanza);
    }
    return parts;
}

}  // namespace

std::vector<std::string> interfaces_of(std::string_view text) {
    std::vector<std::string> interfaces;
    InterfaceNames found;
    for (const LogicalLine& line : logical_lines(text)) {
        if (line.words.size() < 2 || line.words[0] != "iface") continue;
        if (is_plain_interface(line.words[1]) && found.insert(line.words[1]).second)
            interfaces.push_back(line.words[1]);
    }
    return interfaces;
}

std::vector<std::string> interfaces_beneath(std::string_view text, std::string_view interface) {
    std::vector<std::string> all{std::string(interface)};
    InterfaceNames found{all.front()};
    const auto add = [&](const std::string& name) {
        if (!name.empty() && name != "none" && found.insert(name).second) all.push_back(name);
    };
    add(std::string(interface.substr(0, interface.find('.'))));
    const auto parts = parts_in(text);
    for (std::size_t at = 0; at < all.size(); ++at) {
        const auto of_this = parts.find(all[at]);
        if (of_this == parts.end()) continue;
        for (const std::string& name : of_this->second)
            add(name);
    }
    all.erase(all.begin());
    return all;
}

std::string without_interfaces(std::string_view text, const InterfaceNames& interfaces) {
    std::string made;
    bool is_in_stanza = false;
    for (const LogicalLine& line : logical_lines(text)) {
        const bool is_stanza = !line.words.empty() && begins_stanza(line.words.front());
        if (is_stanza)
            is_in_stanza = line.words.front() == "iface" && line.words.size() > 1 &&
                           interfaces.contains(line.words[1]);
        if (is_in_stanza && !line.words.empty()) {
            append_comment(made, line);
        } else if (lists_any(line, interfaces)) {
            append_without(made, line, interfaces);
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
