#include "initagent/agent_settings.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace dim::agent {

namespace {

constexpr std::uint32_t kRetriesLimit = 1'000'000;
constexpr std::uint32_t kDelayLimit = 3600;
constexpr std::size_t kServerNameLimit = 253;  // RFC 1035, 2.3.4
constexpr std::size_t kPathLimit = 255;
constexpr std::size_t kWarningsLimit = 16;

Result<void> set_server(AgentSettings& settings, const std::string& value) {
    const auto colon = value.find(':');
    DIM_TRY(const auto address, model::Ipv4Address::parse(value.substr(0, colon)));
    std::uint16_t port = settings.port;
    if (colon != std::string::npos) {
        DIM_TRY(port, parse_number<std::uint16_t>(value.substr(colon + 1), 1));
    }
    settings.server = address;
    settings.port = port;
    return {};
}

Result<void> set_server_name(AgentSettings& settings, const std::string& value) {
    const bool is_name =
        !value.empty() && value.size() <= kServerNameLimit &&
        std::ranges::all_of(value, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
        });
    if (!is_name) {
        return fail(ErrorCode::invalid_input, "not a host name: 1 to 253 of a-z, 0-9, '-' and '.'");
    }
    settings.server_name = value;
    return {};
}

Result<void> set_authority(AgentSettings& settings, const std::string& value) {
    if (!value.starts_with('/') || value.size() > kPathLimit)
        return fail(ErrorCode::invalid_input, "not an absolute path");
    settings.authority_path = value;
    return {};
}

Result<void> set_retries(AgentSettings& settings, const std::string& value) {
    DIM_TRY(const auto number, parse_number<std::uint32_t>(value, 0, kRetriesLimit));
    settings.retries.reset();
    if (number > 0) settings.retries = number;
    return {};
}

Result<void> set_longest_delay(AgentSettings& settings, const std::string& value) {
    DIM_TRY(const auto number, parse_number<std::uint32_t>(value, 1, kDelayLimit));
    settings.longest_delay = std::chrono::seconds(number);
    return {};
}

Result<void> set_on_failure(AgentSettings& settings, const std::string& value) {
    if (value == "retry")
        settings.on_failure = OnFailure::retry;
    else if (value == "reboot")
        settings.on_failure = OnFailure::reboot;
    else if (value == "shell")
        settings.on_failure = OnFailure::shell;
    else
        return fail(ErrorCode::invalid_input, "expected retry, reboot or shell");
    return {};
}

Result<void> set_log(AgentSettings& settings, const std::string& value) {
    if (value != "debug" && value != "info")
        return fail(ErrorCode::invalid_input, "expected debug or info");
    settings.is_debug = value == "debug";
    return {};
}

/// PXELINUX's word, which iPXE's scripts have taken over: "01-52-54-00-01-01-01", where 01 is
/// Ethernet.
Result<void> set_boot_interface(AgentSettings& settings, const std::string& value) {
    constexpr std::string_view kEthernet = "01-";
    if (!value.starts_with(kEthernet))
        return fail(ErrorCode::invalid_input, "expected 01- and a MAC address");
    DIM_TRY(settings.boot_interface, model::MacAddress::parse(value.substr(kEthernet.size())));
    return {};
}

Result<void> set_vlan(AgentSettings& settings, const std::string& value) {
    DIM_TRY(settings.vlan, model::VlanId::parse(value));
    return {};
}

Result<void> set_bond(AgentSettings& settings, const std::string& value) {
    DIM_TRY(settings.bond, model::Bond::parse(value));
    return {};
}

struct Setting {
    std::string_view name;
    Result<void> (*set)(AgentSettings&, const std::string&);
};

constexpr std::string_view kBootInterface = "BOOTIF";
constexpr std::string_view kVlan = "dim.vlan";
constexpr std::string_view kBond = "dim.bond";

constexpr std::array kSettings{
    Setting{"dim.server", set_server},
    Setting{"dim.server-name", set_server_name},
    Setting{"dim.ca", set_authority},
    Setting{"dim.retries", set_retries},
    Setting{"dim.retry-max-seconds", set_longest_delay},
    Setting{"dim.on-failure", set_on_failure},
    Setting{"dim.log", set_log},
    Setting{kBootInterface, set_boot_interface},
    Setting{kVlan, set_vlan},
    Setting{kBond, set_bond},
};

void warn(AgentSettings& settings, const CommandLineWord& word, const std::string& why) {
    const std::string text = word.value ? word.name + '=' + *word.value : word.name;
    const std::string said = "kernel command line: " + printable(text, 80);
    if (word.name == kVlan || word.name == kBond) {
        settings.wrong_network = said + ": " + why;
    } else if (settings.warnings.size() < kWarningsLimit) {
        settings.warnings.push_back(said + " is ignored: " + why);
    }
}

}  // namespace

AgentSettings agent_settings(const std::vector<CommandLineWord>& words) {
    AgentSettings settings;
    for (const CommandLineWord& word : words) {
        if (!word.name.starts_with("dim.") && word.name != kBootInterface) continue;
        const auto* setting = std::ranges::find(kSettings, word.name, &Setting::name);
        if (setting == kSettings.end()) {
            warn(settings, word, "there is no such setting");
        } else if (!word.value) {
            warn(settings, word, "it needs a value");
        } else if (const auto set = setting->set(settings, *word.value); !set) {
            warn(settings, word, set.error().message());
        }
    }
    return settings;
}

}  // namespace dim::agent
