#include "libdim/power/plug_in.hpp"

#include "libdim/base/text.hpp"
#include "libdim/power/child_environment.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>
#include <sys/stat.h>
#include <unistd.h>

namespace dim::power {

namespace {

constexpr std::size_t kOutputLimit = 64 * 1024;
constexpr std::size_t kRequestLimit = 32 * 1024;  // fits a pipe that nobody reads
constexpr std::size_t kOutputShown = 300;
/// A fence agent's exit code for "status: off".
constexpr int kIsOff = 2;

bool is_letter_or_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string upper_case(std::string_view text) {
    std::string upper;
    for (const char c : text)
        upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return upper;
}

/// "ipmi-port": "DIM_PROPERTY_IPMI_PORT".
std::string variable_name(std::string_view property) {
    std::string name = upper_case(property);
    std::ranges::replace_if(name, [](char c) { return !is_letter_or_digit(c); }, '_');
    return "DIM_PROPERTY_" + name;
}

Result<sys::RunResult> run_plug_in(const PlugInPower::Settings& settings, std::string_view action) {
    DIM_CHECK(check_plug_in(settings.program));
    const std::string request = plug_in_request(settings.blade, action);
    if (request.size() > kRequestLimit)
        return fail(ErrorCode::limit_exceeded, "the properties are more than a program is told");
    DIM_TRY(sys::Pipe input, sys::pipe());
    DIM_CHECK(sys::write_all(input.write_end, request));
    input.write_end.reset();
    return sys::run({settings.program, std::string(action)}, settings.time_limit,
                    {.environment = environment_with(plug_in_variables(settings.blade, action)),
                     .output_limit = kOutputLimit,
                     .standard_input = &input.read_end});
}

std::unexpected<Error> plug_in_failed(const std::string& program, const sys::RunResult& ran) {
    const std::string said = printable(trim(ran.output), kOutputShown);
    return fail(
        Error(ErrorCode::conflict, program + ": " + to_string(ran.status) +
                                       (said.empty() ? ", and it said nothing" : ": " + said))
            .with_cure("run it by hand: docs/hardware.md tells what it is given"));
}

}  // namespace

std::string plug_in_request(const PlugInBlade& blade, std::string_view action) {
    nlohmann::ordered_json request{{"action", action}, {"name", blade.name}};
    if (blade.address) request["address"] = to_string(*blade.address);
    auto properties = nlohmann::ordered_json::object();
    for (const auto& [name, value] : blade.properties)
        properties[name] = value;
    request["properties"] = std::move(properties);
    return request.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::vector<std::pair<std::string, std::string>> plug_in_variables(const PlugInBlade& blade,
                                                                   std::string_view action) {
    Variables variables{{"DIM_ACTION", std::string(action)},
                        {"DIM_NAME", blade.name},
                        {"DIM_ADDRESS", blade.address ? to_string(*blade.address) : ""}};
    for (const auto& [name, value] : blade.properties)
        variables.emplace_back(variable_name(name), value);
    return variables;
}

Result<void> check_plug_in(const std::string& program) {
    DIM_TRY(const auto status, sys::stat(program));
    if (!S_ISREG(status.mode)) return fail(ErrorCode::invalid_input, program + ": no file");
    const bool others_write = (status.mode & (S_IWGRP | S_IWOTH)) != 0;
    if (!others_write && (status.owner == 0 || status.owner == ::geteuid())) return {};
    return fail(Error(ErrorCode::permission_denied,
                      program + ": others may change this program, so it is not run")
                    .with_cure("chown root " + program + "; chmod go-w " + program));
}

Result<PowerState> parse_plug_in_state(std::string_view output) {
    for (const std::string_view line : split(output, '\n') | std::views::reverse) {
        const auto words = split_words(line);
        if (words.empty()) continue;
        const std::string last = upper_case(words.back());
        if (last == "ON") return PowerState::on;
        if (last == "OFF") return PowerState::off;
    }
    return fail(Error(ErrorCode::invalid_input,
                      "said neither on nor off: " + printable(trim(output), kOutputShown))
                    .with_cure("for 'state' a line must end in the word on or off"));
}

Result<PowerState> PlugInPower::state() {
    DIM_TRY(const auto ran, run_plug_in(settings_, "state"));
    const bool may_be_off = ran.status.signal == 0 && ran.status.code == kIsOff;
    if (!ran.status.is_success() && !may_be_off) return plug_in_failed(settings_.program, ran);
    auto state = parse_plug_in_state(ran.output);
    if (!state) return fail(std::move(state).error().with_context(settings_.program));
    if (may_be_off && *state != PowerState::off) return plug_in_failed(settings_.program, ran);
    return state;
}

Result<void> PlugInPower::send(PowerCommand command) {
    DIM_TRY(const auto ran, run_plug_in(settings_, to_string(command)));
    if (!ran.status.is_success()) return plug_in_failed(settings_.program, ran);
    return {};
}

}  // namespace dim::power
