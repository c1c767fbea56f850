#include "imageserver/master/remote_machine.hpp"

#include "imageserver/master/machine_list.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/disk_file_system.hpp"

#include <algorithm>
#include <array>

namespace dim::server {

namespace {

constexpr std::size_t kMounts = 10'000;
constexpr std::size_t kParts = 256;

constexpr std::array<std::string_view, 12> kTarOptions{"--one-file-system",
                                                       "--numeric-owner",
                                                       "--anchored",
                                                       "--no-wildcards-match-slash",
                                                       "--sparse",
                                                       "--xattrs",
                                                       "--acls",
                                                       "--format",
                                                       "--null",
                                                       "--no-unquote",
                                                       "--files-from",
                                                       "--no-recursion"};

/// One word for the shell.
std::string quoted_word(std::string_view text) {
    std::string word = "'";
    for (const char c : text) {
        if (c == '\'') {
            word += "'\\''";
        } else {
            word += c;
        }
    }
    return word + "'";
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// As fstab(5) has it: "\040" is a blank.
std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) &&
            is_octal(text[i + 2]) && is_octal(text[i + 3])) {
            result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                        (text[i + 3] - '0'));
            i += 3;
        } else {
            result += text[i];
        }
    }
    return result;
}

Error wrong_answer(std::string_view line) {
    return Error(ErrorCode::invalid_input,
                 "the machine answered something else: '" + printable(line, 100) + "'")
        .with_cure("its shell must say nothing by itself: look at what 'ssh HOST true' prints");
}

/// The line "KEY VALUE…" of the answer.
Result<void> take_line(std::string_view key, std::string_view value, std::string_view line,
                       RemoteMachine& machine) {
    const std::vector<std::string_view> words = split_words(value);
    if (key == "root" && value.starts_with('/')) {
        machine.root = value;
    } else if (key == "user" && words.size() == 1) {
        machine.is_root = words[0] == "0";
    } else if (key == "option" && words.size() == 1) {
        if (std::ranges::find(kTarOptions, words[0]) == kTarOptions.end())
            return fail(wrong_answer(line));
        machine.options.emplace(words[0]);
    } else if (key == "find" && words.size() == 1) {
        machine.has_gnu_find = words[0].contains('.');
    } else if (key == "mount") {
        if (words.size() < 3 || machine.mounts.size() == kMounts) return fail(wrong_answer(line));
        machine.mounts.push_back({unescaped(words[0]), unescaped(words[1]), std::string(words[2])});
    } else if (key == "used") {
        // df -P: file system, blocks, used, free, percent, mount point. Its titles are no number.
        if (words.size() < 6 || machine.used.size() == kMounts) return {};
        const auto blocks = parse_number<std::uint64_t>(words[2], 0, std::uint64_t{1} << 50);
        if (blocks) machine.used.emplace_back(words[5], *blocks * 1024);
    } else {
        return fail(wrong_answer(line));
    }
    return {};
}

/// "." or "./boot" for a mount point at or below ROOT.
std::optional<std::string> part_name(const std::string& root, const std::string& target) {
    if (target == root) return ".";
    const std::string before = root == "/" ? root : root + "/";
    if (!target.starts_with(before)) return std::nullopt;
    return "./" + target.substr(before.size());
}

bool is_at_or_above(const std::string& target, const std::string& path) {
    return target == "/" || target == path || path.starts_with(target + "/");
}

/// A pattern as GNU tar has it, whose names begin with "./".
std::string exclusion(const std::string& pattern) {
    if (pattern.starts_with('/')) return " --anchored --exclude=" + quoted_word("." + pattern);
    return " --no-anchored --exclude=" + quoted_word(pattern);
}

std::string in_tree(const RemoteMachine& machine) {
    return "LC_ALL=C; export LC_ALL; cd " + quoted_word(machine.root) + " || exit 65; ";
}

/// What all of its tar files are made by.
Result<std::string> tar_command(const RemoteMachine& machine) {
    for (const char* needed : {"--one-file-system", "--numeric-owner", "--anchored"}) {
        if (machine.options.contains(needed)) continue;
        return fail(Error(ErrorCode::conflict, std::string("the machine has no tar with ") + needed)
                        .with_cure("install GNU tar there"));
    }
    std::string script = in_tree(machine) + "exec tar --create --file=- --numeric-owner";
    for (const char* wanted : {"--sparse", "--xattrs", "--acls"})
        if (machine.options.contains(wanted)) script.append(" ").append(wanted);
    // Times to the nanosecond, and any number.
    if (machine.options.contains("--format")) script += " --format=posix";
    return script;
}

/// The test of find that is true for just what the pattern matches, or for what is below that; none
/// for a pattern that find takes for another: its * matches slashes, too.
std::optional<std::string> find_test(std::string_view pattern) {
    constexpr std::string_view kWild = "*?[\\";
    if (!pattern.starts_with('/')) {
        if (pattern.find_first_of("[\\/") != pattern.npos) return std::nullopt;
        return "-name " + quoted_word(pattern);
    }
    const std::string_view directory =
        pattern.ends_with("/*") ? pattern.substr(0, pattern.size() - 2) : pattern;
    if (directory.find_first_of(kWild) != directory.npos) return std::nullopt;
    return "-path " + quoted_word("." + std::string(pattern));
}

}  // namespace

std::string question(const std::string& path) {
    std::string script = "LC_ALL=C; export LC_ALL; cd " + quoted_word(path) +
                         " || exit 65; echo \"root $(pwd -P)\"; echo \"user $(id -u)\"; "
                         "help=$(tar --help 2>&1); for o in";
    for (const std::string_view option : kTarOptions)
        script.append(" ").append(option);
    // A network file system whose server is gone must not hold df.
    return script + "; do case \"$help\" in *\"$o\"*) echo \"option $o\";; esac; done; "
                    "find . -ignore_readdir_race -maxdepth 0 -printf 'find %C@\\n' 2>/dev/null; "
                    "while read -r line; do echo \"mount $line\"; done </proc/mounts; "
                    "df -Pkl 2>/dev/null | while read -r line; do echo \"used $line\"; done";
}

Result<RemoteMachine> parse_answer(std::string_view text) {
    RemoteMachine machine;
    for (const std::string_view line : split(text, '\n')) {
        if (line.empty()) continue;
        const std::size_t blank = std::min(line.find(' '), line.size());
        const std::string_view value =
            blank == line.size() ? std::string_view() : line.substr(blank + 1);
        DIM_CHECK(take_line(line.substr(0, blank), value, line, machine));
    }
    if (machine.root.empty() || machine.mounts.empty())
        return fail(wrong_answer("nothing about its root"));
    return machine;
}

std::vector<std::string> parts_of_tree(const RemoteMachine& machine, bool one_file_system) {
    std::vector<std::string> parts{"."};
    if (one_file_system) return parts;
    // What the root's own file system shows is entered anyway.
    std::set<std::string> taken;
    std::size_t longest = 0;
    for (const RemoteMachine::Mount& mount : machine.mounts) {
        if (!is_at_or_above(mount.target, machine.root) || mount.target.size() < longest) continue;
        longest = mount.target.size();
        taken = {mount.source};
    }
    for (const RemoteMachine::Mount& mount : machine.mounts) {
        const auto name = part_name(machine.root, mount.target);
        if (!name || *name == "." || !sys::is_disk_type(mount.type)) continue;
        // Each subvolume is a file system to tar.
        if (!taken.insert(mount.source).second && mount.type != "btrfs") continue;
        if (std::ranges::find(parts, *name) == parts.end() && parts.size() < kParts)
            parts.push_back(*name);
    }
    std::ranges::sort(parts);
    return parts;
}

std::uint64_t used_bytes(const RemoteMachine& machine, const std::vector<std::string>& parts) {
    std::uint64_t total = 0;
    std::size_t found = 0;
    for (const auto& [target, bytes] : machine.used) {
        const auto name = part_name(machine.root, target);
        if (!name || std::ranges::find(parts, *name) == parts.end()) continue;
        total += bytes;
        ++found;
    }
    return found == parts.size() ? total : 0;
}

Result<std::string> transfer(const RemoteMachine& machine, const std::vector<std::string>& parts,
                             const std::vector<std::string>& exclude) {
    DIM_TRY(std::string script, tar_command(machine));
    script += " --one-file-system --wildcards";
    if (machine.options.contains("--no-wildcards-match-slash"))
        script += " --no-wildcards-match-slash";
    for (const std::string& pattern : exclude)
        script += exclusion(pattern);
    script += " --";
    for (const std::string& part : parts)
        script += ' ' + quoted_word(part);
    return script;
}

bool can_list(const RemoteMachine& machine) {
    return machine.has_gnu_find &&
           std::ranges::all_of(
               std::array{"--null", "--no-unquote", "--files-from", "--no-recursion", "--format"},
               [&](const char* option) { return machine.options.contains(option); });
}

std::string listing(const RemoteMachine& machine, const std::vector<std::string>& parts,
                    const std::vector<std::string>& exclude) {
    std::string script =
        in_tree(machine) + "printf '" + std::string(kListTitle) + "%s\\0' \"$(date +%s)\"; find";
    for (const std::string& part : parts)
        script += ' ' + quoted_word(part);
    script += " -ignore_readdir_race -xdev";
    std::string left_out;
    for (const std::string& pattern : exclude)
        if (const auto test = find_test(pattern))
            left_out += (left_out.empty() ? "" : " -o ") + *test;
    if (!left_out.empty()) script += " \\( " + left_out + " \\) -prune -o";
    return script + " -printf '%y %s %D %i %T@ %C@ %p\\0'; printf '" + std::string(kListEnd) +
           "%s\\0' \"$?\"";
}

Result<std::string> transfer_of_some(const RemoteMachine& machine) {
    DIM_TRY(std::string script, tar_command(machine));
    return script + " --no-recursion --null --no-unquote --files-from=-";
}

}  // namespace dim::server
