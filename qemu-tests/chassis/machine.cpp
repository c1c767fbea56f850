#include "qemu-tests/chassis/machine.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace dim::chassis {

namespace {

constexpr std::string_view kMac = "{mac}";

/// The words of bootSequence, by their numbers.
constexpr std::array<std::string_view, 9> kDevices{"none", "floppy", "cdrom",   "hd0",  "hd1",
                                                   "hd2",  "hd3",    "network", "iscsi"};

bool read_words(const nlohmann::json& value, std::vector<std::string>& words) {
    if (!value.is_array()) return false;
    for (const auto& word : value) {
        if (!word.is_string()) return false;
        words.push_back(word.get<std::string>());
    }
    return !words.empty();
}

bool read_boot(const nlohmann::json& value, Machine& machine) {
    if (!value.is_object()) return false;
    for (const auto& [device, words] : value.items()) {
        if (std::ranges::find(kDevices, device) == kDevices.end()) return false;
        if (!read_words(words, machine.boot[device])) return false;
    }
    return true;
}

bool read_member(const std::string& key, const nlohmann::json& value, Machine& machine) {
    if (key == "arguments") return read_words(value, machine.arguments);
    if (key == "boot") return read_boot(value, machine);
    std::string* const text = key == "types"     ? &machine.types
                              : key == "console" ? &machine.console
                              : key == "log"     ? &machine.log
                                                 : nullptr;
    if (text == nullptr || !value.is_string()) return false;
    *text = value.get<std::string>();
    return true;
}

std::string with_mac(std::string word, const Blade& blade) {
    for (std::size_t at = 0; (at = word.find(kMac, at)) != std::string::npos;)
        word.replace(at, kMac.size(), mac_text(blade, 0));
    return word;
}

}  // namespace

std::optional<Machine> parse_machine(std::string_view json) {
    const auto members = nlohmann::json::parse(json, nullptr, false);
    if (!members.is_object()) return std::nullopt;
    Machine machine;
    for (const auto& [key, value] : members.items())
        if (!read_member(key, value, machine)) return std::nullopt;
    const auto has_mac = [](const std::string& word) { return word.contains(kMac); };
    if (std::ranges::none_of(machine.arguments, has_mac)) return std::nullopt;
    return machine;
}

std::vector<std::string> command_of(const Machine& machine, const Blade& blade) {
    std::vector<std::string> words;
    for (const std::string& word : machine.arguments)
        words.push_back(with_mac(word, blade));
    for (const int device : blade.boot_sequence) {
        const auto found = machine.boot.find(kDevices.at(static_cast<std::size_t>(device)));
        if (found == machine.boot.end()) continue;
        words.insert(words.end(), found->second.begin(), found->second.end());
        break;
    }
    for (const char* word :
         {"-chardev", "socket,id=console,fd=3", "-serial", "chardev:console", "-chardev",
          "socket,id=monitor,fd=4", "-mon", "chardev=monitor,mode=control"})
        words.emplace_back(word);
    return words;
}

}  // namespace dim::chassis
