#include "libdim/override/override_settings.hpp"

#include "libdim/base/text.hpp"
#include "libdim/override/file_lines.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace dim::overrides {

namespace {

constexpr std::string_view kInterfaceName = "root-interface-name";
/// As the kernel's (IFNAMSIZ).
constexpr std::size_t kInterfaceNameBytes = 15;
constexpr std::size_t kSettingShown = 60;

bool is_interface_name(std::string_view name) {
    return name.size() <= kInterfaceNameBytes && name != "lo" &&
           std::ranges::all_of(name,
                               [](char c) {
                                   return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                          (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                                          c == '.';
                               }) &&
           !name.starts_with('.') && !name.contains("..");
}

std::string words_there_are() {
    std::string list;
    for (const Builtin builtin : kBuiltins)
        list.append(to_string(builtin)).append(", ");
    return list + "each 'on' or 'off', and '" + std::string(kInterfaceName) + " NAME'";
}

Result<void> take_setting(const std::vector<std::string_view>& words, Settings& settings) {
    const auto builtin = std::ranges::find_if(
        kBuiltins, [&](Builtin known) { return to_string(known) == words[0]; });
    if (words.size() == 2 && builtin != kBuiltins.end() &&
        (words[1] == "on" || words[1] == "off")) {
        settings.switches.insert_or_assign(*builtin, words[1] == "on");
        return {};
    }
    if (words.size() == 2 && words[0] == kInterfaceName && is_interface_name(words[1])) {
        settings.root_interface_name = std::string(words[1]);
        return {};
    }
    return fail(Error(ErrorCode::invalid_input, "is no setting")
                    .with_cure("there are " + words_there_are()));
}

}  // namespace

std::string_view to_string(Builtin builtin) {
    switch (builtin) {
        case Builtin::hostname: return "hostname";
        case Builtin::hosts: return "hosts";
        case Builtin::machine_id: return "machine-id";
        case Builtin::ssh_host_keys: return "ssh-host-keys";
        case Builtin::fstab: return "fstab";
        case Builtin::selinux: return "selinux";
        case Builtin::root_interface: return "root-interface";
        case Builtin::time_servers: return "time-servers";
        case Builtin::resolver: return "resolver";
    }
    std::unreachable();
}

void Settings::take(const Settings& other) {
    for (const auto& [builtin, is_on] : other.switches)
        switches.insert_or_assign(builtin, is_on);
    if (other.root_interface_name) root_interface_name = other.root_interface_name;
}

Result<Settings> parse_settings(std::string_view text, std::string_view file) {
    Settings settings;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(text)) {
        ++number;
        const auto words = split_words(line.substr(0, line.find('#')));
        if (words.empty()) continue;
        if (auto taken = take_setting(words, settings); !taken)
            return fail(std::move(taken).error().with_context(
                std::string(file) + ", line " + std::to_string(number) + ": '" +
                printable(trim(line), kSettingShown) + "'"));
    }
    return settings;
}

}  // namespace dim::overrides
