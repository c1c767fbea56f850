#include "libdim/power/child_environment.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unistd.h>

namespace dim::power {

namespace {

/// What a program finds others by, speaks to people by, and reaches the network by.
constexpr std::array<std::string_view, 15> kPassed{
    "PATH",       "HOME",        "USER",     "LOGNAME",       "SHELL",
    "LANG",       "LANGUAGE",    "TZ",       "TERM",          "TMPDIR",
    "http_proxy", "https_proxy", "no_proxy", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR"};

bool is_passed(std::string_view name) {
    return name.starts_with("LC_") || std::ranges::find(kPassed, name) != kPassed.end();
}

}  // namespace

std::vector<std::string> environment_with(const Variables& more) {
    std::vector<std::string> environment;
    for (char** each = ::environ; each != nullptr && *each != nullptr; ++each) {
        const std::string_view variable(*each);
        const std::string_view name = variable.substr(0, variable.find('='));
        if (is_passed(name) &&
            std::ranges::find(more, name, &Variables::value_type::first) == more.end())
            environment.emplace_back(variable);
    }
    for (const auto& [name, value] : more)
        environment.push_back(name + "=" + value);
    return environment;
}

}  // namespace dim::power
