#include "libdim/power/plug_in.hpp"

#include "libdim/base/text.hpp"
#include "libdim/power/child_environment.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/filter.hpp"
#include "libdim/sys/run.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace dim::power {

namespace {

constexpr std::size_t kOutputLimit = 64 * 1024;
constexpr std::size_t kRequestLimit = 32 * 1024;  // fits a pipe that nobody reads
constexpr std::size_t kOutputShown = 300;
constexpr std::size_t kErrorsKept = 4 * 1024;
constexpr std::string_view kStateWord = "state";
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

/// For its standard input.
Result<std::string> checked_request(const PlugInPower::Settings& settings,
                                    std::string_view action) {
    DIM_CHECK(check_plug_in(settings.program));
    std::string request = plug_in_request(settings.blade, action);
    if (request.size() <= kRequestLimit) return request;
    return fail(ErrorCode::limit_exceeded, "the properties are more than a program is told");
}

/// A command: what it prints tells why it fails, and nothing else.
Result<sys::RunResult> run_plug_in(const PlugInPower::Settings& settings, std::string_view action) {
    DIM_TRY(const std::string request, checked_request(settings, action));
    DIM_TRY(sys::Pipe input, sys::pipe());
    DIM_CHECK(sys::write_all(input.write_end, request));
    input.write_end.reset();
    return sys::run({settings.program, std::string(action)}, settings.time_limit,
                    {.environment = environment_with(plug_in_variables(settings.blade, action)),
                     .output_limit = kOutputLimit,
                     .standard_input = &input.read_end});
}

/// A question: the answer is its standard output alone, and all of it.
Result<sys::FilterResult> ask_plug_in(const PlugInPower::Settings& settings, std::string& errors) {
    DIM_TRY(std::string request, checked_request(settings, kStateWord));
    return sys::filter(
        {settings.program, std::string(kStateWord)}, settings.time_limit,
        {.input = std::move(request),
         .output_limit = kOutputLimit,
         .error_limit = kErrorsKept,
         .on_error = [&](std::string_view text) { errors += text; },
         .environment = environment_with(plug_in_variables(settings.blade, kStateWord))});
}

std::unexpected<Error> plug_in_failed(const std::string& program, const sys::ExitStatus& status,
                                      std::string_view output) {
    const std::string said = printable(trim(output), kOutputShown);
    return fail(
        Error(ErrorCode::conflict, program + ": " + to_string(status) +
                                       (said.empty() ? ", and it said nothing" : ": " + said))
            .with_cure("run it by hand: docs/hardware.md tells what it is given"));
}

/// Whether only root and we can put something else there. A directory where all may write and
/// nobody may rename what is another's (sticky) counts as such.
Result<void> check_unchangeable(const std::string& path) {
    DIM_TRY(const auto status, sys::stat(path));
    const bool others_write = (status.mode & (S_IWGRP | S_IWOTH)) != 0 &&
                              !(S_ISDIR(status.mode) && (status.mode & S_ISVTX) != 0);
    if (!others_write && (status.owner == 0 || status.owner == ::geteuid())) return {};
    const std::string what = S_ISDIR(status.mode)
                                 ? path + ": others may put another program into this directory"
                                 : path + ": others may change this program";
    return fail(Error(ErrorCode::permission_denied, what + ", so it is not run")
                    .with_cure("chown root " + path + "; chmod go-w " + path));
}

}  // namespace

std::string plug_in_request(const PlugInBlade& blade, std::string_view action) {
    nlohmann::ordered_json request{{"action", action}, {"name", blade.name}};
    if (blade.address) request["address"] = to_string(*blade.address);
    if (blade.place) {
        request["module"] = blade.place->module;
        request["bay"] = blade.place->bay;
        if (blade.place->address) request["module_address"] = to_string(*blade.place->address);
    }
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
    if (blade.place) {
        variables.emplace_back("DIM_MODULE", blade.place->module);
        variables.emplace_back("DIM_BAY", std::to_string(blade.place->bay));
        if (blade.place->address)
            variables.emplace_back("DIM_MODULE_ADDRESS", to_string(*blade.place->address));
    }
    for (const auto& [name, value] : blade.properties)
        variables.emplace_back(variable_name(name), value);
    return variables;
}

Result<void> check_plug_in(const std::string& program) {
    DIM_TRY(const auto status, sys::stat(program));
    if (!S_ISREG(status.mode)) return fail(ErrorCode::invalid_input, program + ": no file");
    std::error_code error;
    const auto real = std::filesystem::canonical(program, error);
    if (error) return fail(Error::from_errno(error.value(), program));
    DIM_CHECK(check_unchangeable(real.string()));
    for (const std::filesystem::path& path : {real, std::filesystem::path(program)}) {
        for (auto above = path.parent_path(); above.has_relative_path();
             above = above.parent_path())
            DIM_CHECK(check_unchangeable(above.string()));
    }
    return check_unchangeable("/");
}

Result<PowerState> parse_plug_in_state(std::string_view output) {
    const std::string_view text = trim(output);
    const std::size_t end = text.rfind('\n');
    const auto words = split_words(end == std::string_view::npos ? text : text.substr(end + 1));
    const std::string last = words.empty() ? "" : upper_case(words.back());
    if (last == "ON") return PowerState::on;
    if (last == "OFF") return PowerState::off;
    return fail(
        Error(ErrorCode::invalid_input, "said neither on nor off: " + printable(text, kOutputShown))
            .with_cure("for 'state' its last line must end in the word on or off"));
}

Result<PowerState> PlugInPower::state() {
    std::string errors;
    DIM_TRY(const auto ran, ask_plug_in(settings_, errors));
    const auto failed = [&] {
        return plug_in_failed(settings_.program, ran.status, errors + ran.output);
    };
    const bool may_be_off = ran.status.signal == 0 && ran.status.code == kIsOff;
    if (!ran.status.is_success() && !may_be_off) return failed();
    auto state = parse_plug_in_state(ran.output);
    if (!state) return fail(std::move(state).error().with_context(settings_.program));
    if (may_be_off && *state != PowerState::off) return failed();
    return state;
}

Result<void> PlugInPower::send(PowerCommand command) {
    DIM_TRY(const auto ran, run_plug_in(settings_, to_string(command)));
    if (!ran.status.is_success()) return plug_in_failed(settings_.program, ran.status, ran.output);
    return {};
}

}  // namespace dim::power
