#include "libdim/power/ipmi.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/run.hpp"

#include <utility>

namespace dim::power {

namespace {

constexpr const char* kIpmitool = "ipmitool";
constexpr std::chrono::seconds kIpmiTime{60};
constexpr std::string_view kStatusWord = "status";
constexpr std::string_view kStateBegin = "Chassis Power is ";
constexpr std::size_t kSaidLimit = 200;
/// What ipmitool says when a command was sent and no answer came.
constexpr std::string_view kNoAnswer = "Unable to set Chassis Power Control";

const char* word_of(PowerCommand command) {
    switch (command) {
        case PowerCommand::on: return "on";
        case PowerCommand::off: return "off";
        case PowerCommand::soft_off: return "soft";
        case PowerCommand::reset: return "reset";
    }
    std::unreachable();
}

/// What must not be done twice: a BMC that took it is asked again when its answer is lost.
bool is_sent_once(std::string_view word) { return word == "reset" || word == "cycle"; }

std::string ipmi_last_line(std::string_view output) {
    const std::string_view text = trim(output);
    const std::size_t end = text.rfind('\n');
    return printable(trim(end == std::string_view::npos ? text : text.substr(end)), kSaidLimit);
}

Error may_be_done(const std::string& said) {
    return Error(ErrorCode::timed_out, "no answer to the command, which may have been carried "
                                       "out: " +
                                           said)
        .with_cure("look at the blade before it is sent again: dim power state, dim console");
}

Error ipmi_error(std::string_view output) {
    const std::string said = ipmi_last_line(output);
    if (output.contains(kNoAnswer)) return may_be_done(said);
    if (said.contains("Unable to establish"))
        return Error(ErrorCode::unavailable, "no session: " + said)
            .with_cure("check its address, that IPMI over LAN is switched on, user and password, "
                       "and the property ipmi-cipher-suite");
    return {ErrorCode::conflict, said.empty() ? "ipmitool failed and said nothing" : said};
}

}  // namespace

std::vector<std::string> ipmi_words(const Bmc& bmc, const std::vector<std::string>& words) {
    const bool is_once = !words.empty() && is_sent_once(words.back());
    std::vector<std::string> all{kIpmitool,
                                 "-I",
                                 "lanplus",
                                 "-H",
                                 to_string(bmc.address.address),
                                 "-p",
                                 std::to_string(bmc.address.port),
                                 "-U",
                                 bmc.login.user,
                                 "-E",
                                 "-N",
                                 "2",
                                 "-R",
                                 is_once ? "1" : "3"};
    if (bmc.cipher_suite) {
        all.emplace_back("-C");
        all.push_back(std::to_string(*bmc.cipher_suite));
    }
    all.insert(all.end(), words.begin(), words.end());
    return all;
}

Variables ipmi_variables(const Bmc& bmc) {
    return {{"IPMI_PASSWORD", std::string(bmc.login.password.view())}};
}

Result<PowerState> parse_ipmi_state(std::string_view output) {
    for (const std::string_view line : split(output, '\n')) {
        if (!line.starts_with(kStateBegin)) continue;
        const std::string_view state = trim(line.substr(kStateBegin.size()));
        if (state == "on") return PowerState::on;
        if (state == "off") return PowerState::off;
    }
    return fail(ErrorCode::invalid_input,
                "tells no power state: " + printable(trim(output), kSaidLimit));
}

Result<std::string> IpmiPower::chassis_power(std::string_view word) {
    const auto with_name = [&](Error error) { return fail(std::move(error).with_context(name())); };
    auto ran = sys::run(ipmi_words(bmc_, {"chassis", "power", std::string(word)}), kIpmiTime,
                        {.environment = environment_with(ipmi_variables(bmc_))});
    if (!ran && ran.error().code() == ErrorCode::not_found)
        return fail(std::move(ran).error().with_cure("apt-get install ipmitool"));
    if (!ran && ran.error().code() == ErrorCode::timed_out && word != kStatusWord)
        return with_name(may_be_done(printable(ran.error().message(), kSaidLimit)));
    if (!ran) return with_name(std::move(ran).error());
    if (!ran->status.is_success()) return with_name(ipmi_error(ran->output));
    return std::move(ran->output);
}

Result<PowerState> IpmiPower::state() {
    DIM_TRY(const std::string output, chassis_power(kStatusWord));
    auto state = parse_ipmi_state(output);
    if (!state) return fail(std::move(state).error().with_context(name()));
    return state;
}

Result<void> IpmiPower::send(PowerCommand command) {
    const auto sent = chassis_power(word_of(command));
    if (sent) return {};
    const bool is_off = command == PowerCommand::off || command == PowerCommand::soft_off;
    const bool is_doubtful =
        sent.error().code() == ErrorCode::conflict || sent.error().code() == ErrorCode::timed_out;
    if (is_off && is_doubtful && state() == PowerState::off) return {};
    return fail(sent.error());
}

}  // namespace dim::power
