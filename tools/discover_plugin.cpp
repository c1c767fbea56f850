#include "tools/discover_plugin.hpp"

#include "libdim/base/text.hpp"
#include "libdim/power/child_environment.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/filter.hpp"
#include "tools/output/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace dim::tool {

namespace {

constexpr std::size_t kOutputBytes = 16 * 1024 * 1024;
constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-_";

using Ask = Outcome<DiscoverAnswers> (*)(const DiscoverQuestion&);
constexpr std::array<std::pair<std::string_view, Ask>, 3> kBuiltIn{
    {{"bladecenter-snmp", &ask_chassis}, {"csv", &read_mac_file}, {kDhcpLog, &read_dhcp_alerts}}};

Result<void> check_owned(const std::string& path, const sys::FileStatus& status) {
    const auto refuse = [&](const std::string& why, const std::string& cure) {
        return fail(Error(ErrorCode::permission_denied, path + ": " + why).with_cure(cure));
    };
    if ((status.mode & (S_IWGRP | S_IWOTH)) != 0)
        return refuse("others may change it, and it would run with your rights",
                      "chmod go-w " + path);
    if (status.owner != 0 && status.owner != ::geteuid())
        return refuse("it is another user's, and would run with your rights", "chown it");
    return {};
}

/// "bladecenter-snmp, csv, dhcp-log, my-chassis"
std::string plugins_there_are(const std::string& directory) {
    std::string text;
    const auto add = [&text](std::string_view name) {
        text.append(text.empty() ? "" : ", ").append(name);
    };
    for (const auto& [name, ask] : kBuiltIn)
        add(name);
    const auto opened = sys::open_directory(directory);
    if (!opened) return text;
    auto names = sys::list_names(*opened);
    if (!names) return text;
    std::ranges::sort(*names);
    for (const std::string& name : *names)
        add(printable(name, 40));
    return text;
}

Outcome<std::string> find_program(const std::string& name, const std::string& directory) {
    std::string path = directory + '/' + name;
    const auto status = sys::stat(path);
    const bool is_name = name.find_first_not_of(kNameCharacters) == std::string::npos;
    if (!is_name || name.empty() || !status || !S_ISREG(status->mode) ||
        (status->mode & S_IXUSR) == 0)
        return wrong_usage(
            Error(ErrorCode::not_found,
                  "there is no plug-in '" + printable(name, 40) + "' in " + directory)
                .with_cure("there are " + plugins_there_are(directory) +
                           "; a plug-in is a program of a-z, 0-9, '-' and '_'"));
    DIM_TRY(const auto of_directory, sys::stat(directory));
    DIM_CHECK(check_owned(directory, of_directory));
    DIM_CHECK(check_owned(path, *status));
    return path;
}

Outcome<DiscoverAnswers> run_program(const std::string& path, const DiscoverQuestion& question) {
    const auto show = [](std::string_view text) { std::cerr << terminal_text(text) << std::flush; };
    DIM_TRY(const auto ran, sys::filter({path}, question.time_limit,
                                        {.input = discover_lines(question.components),
                                         .output_limit = kOutputBytes,
                                         .on_error = show,
                                         .environment = power::environment_with({})}));
    if (!ran.status.is_success())
        return fail(Error(ErrorCode::unavailable,
                          path + ": " + to_string(ran.status) + "; nothing was learned")
                        .with_cure("what it said is above; it is asked the same by hand with the "
                                   "lines that docs/hardware.md tells of"));
    DIM_TRY(auto answers, parse_discover_answers(ran.output, names_of(question.components)));
    return answers;
}

}  // namespace

std::set<model::ComponentName> names_of(const std::vector<DiscoverComponent>& components) {
    std::set<model::ComponentName> names;
    for (const DiscoverComponent& component : components)
        names.insert(component.name);
    return names;
}

Outcome<DiscoverAnswers> ask_plugin(const std::string& name, const DiscoverQuestion& question) {
    for (const auto& [built_in, ask] : kBuiltIn)
        if (name == built_in) return ask(question);
    DIM_TRY(const std::string path, find_program(name, question.directory));
    return run_program(path, question);
}

}  // namespace dim::tool
