#include "libdim/bladecenter/module_console.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/tcp_socket.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dim::bladecenter {

namespace {

constexpr std::string_view kPrompt = "system> ";
constexpr std::string_view kLeave = "\x1b(";
constexpr std::size_t kDialogueLimit = 16 * 1024;
constexpr std::size_t kBeginLimit = 400;
constexpr auto kSendTime = std::chrono::seconds(10);
/// So long nothing may follow a prompt, for it to be the module's and not a text of the blade's.
constexpr auto kQuiet = std::chrono::milliseconds(300);

struct Refusal {
    std::string_view text;
    ErrorCode code;
    const char* cure;
};
constexpr std::array<Refusal, 6> kRefusals{{
    {"SOL on blade is not enabled", ErrorCode::conflict, "allow it: 'dim bctool NAME sol on'"},
    {"SOL is not ready", ErrorCode::unavailable,
     "the blade is off, or its firmware has no serial console yet: 'dim power on NAME'"},
    {"SOL session is already active", ErrorCode::conflict,
     "somebody else has it; --take takes it from him"},
    {"The target bay is empty", ErrorCode::not_found, "'dim bcadmin CHASSIS inventory'"},
    {"The target bay is out of range", ErrorCode::not_found, "'dim bcadmin CHASSIS inventory'"},
    {"Command not recognized", ErrorCode::invalid_input,
     "name a program of your own by a property console-command (docs/hardware.md)"},
}};

std::size_t find_end(const std::string& text, std::string_view wanted) {
    const std::size_t at = text.find(wanted);
    return at == std::string::npos ? at : at + wanted.size();
}

}  // namespace

std::optional<Error> console_refusal(std::string_view text) {
    for (const Refusal& refusal : kRefusals)
        if (text.contains(refusal.text))
            return Error(refusal.code, "the management module says: " + std::string(refusal.text))
                .with_cure(refusal.cure);
    return std::nullopt;
}

Result<ModuleConsole> ModuleConsole::open(const model::Ipv4Endpoint& module,
                                          const power::Login& login, Bay bay, Take take,
                                          const sys::Deadline& deadline) {
    auto socket = sys::connect_tcp(module.address.value(), module.port, deadline);
    if (!socket)
        return fail(std::move(socket)
                        .error()
                        .with_context("telnet to " + to_string(module))
                        .with_cure("check address and telnet-port, and that telnet is switched on "
                                   "in the management module"));
    ModuleConsole console(*std::move(socket));
    DIM_CHECK(console.log_in(login, deadline));
    DIM_CHECK(console.send_line("console " + std::string(take == Take::from_others ? "-o " : "") +
                                    "-T system:blade[" + to_string(bay) + "]",
                                deadline));
    DIM_CHECK(console.expect({"\n"}, deadline));  // the echo of that
    return console;
}

Result<void> ModuleConsole::log_in(const power::Login& login, const sys::Deadline& deadline) {
    DIM_CHECK(expect({"username: ", "login: "}, deadline));
    DIM_CHECK(send_line(login.user, deadline));
    DIM_CHECK(expect({"password: ", "Password: "}, deadline));
    may_quote_ = false;
    DIM_CHECK(send_line(login.password.view(), deadline));
    DIM_TRY(const std::string answer, expect({kPrompt, "Invalid login", "username: "}, deadline));
    may_quote_ = true;
    if (answer.ends_with(kPrompt)) return {};
    return fail(Error(ErrorCode::permission_denied, "the management module refuses the login")
                    .with_cure("check the file of its property console-credentials"));
}

Result<void> ModuleConsole::send_line(std::string_view line, const sys::Deadline& deadline) {
    return sys::send_all(socket_, telnet_encoded(line) + "\r\n", deadline);
}

Result<std::string> ModuleConsole::decoded(std::string_view bytes) {
    auto [data, answer] = decoder_.decode(bytes);
    if (!answer.empty()) DIM_CHECK(sys::send_all(socket_, answer, sys::Deadline::in(kSendTime)));
    return std::move(data);
}

Result<std::string> ModuleConsole::expect(std::initializer_list<std::string_view> texts,
                                          const sys::Deadline& deadline) {
    std::array<char, 4096> buffer;
    while (true) {
        std::size_t end = std::string::npos;
        for (const std::string_view text : texts)
            end = std::min(end, find_end(unread_, text));
        if (end != std::string::npos) {
            std::string found = unread_.substr(0, end);
            unread_.erase(0, end);
            return found;
        }
        if (unread_.size() > kDialogueLimit)
            return fail(ErrorCode::invalid_input,
                        "what answers is no command line of a management module");
        const auto size = sys::receive(socket_, buffer, deadline);
        if (!size || *size == 0) {
            const std::string why = size ? "it closed the connection" : size.error().message();
            return fail(size ? ErrorCode::unavailable : size.error().code(),
                        "the management module's command line: " + why +
                            (may_quote_ ? ", after '" + printable(trim(unread_), 80) + "'" : ""));
        }
        DIM_TRY(const std::string data, decoded({buffer.data(), *size}));
        unread_ += data;
    }
}

/// Errors: those of the socket.
Result<bool> ModuleConsole::is_at_prompt() {
    const std::string end = "\r\n" + std::string(kPrompt);
    if (!tail_.ends_with(end) && tail_ != kPrompt) return false;
    const auto more = sys::poll(socket_, sys::Readiness::readable, sys::Deadline::in(kQuiet));
    if (more || more.error().code() == ErrorCode::timed_out) return !more;
    return fail(more.error());
}

Result<std::optional<std::string>> ModuleConsole::read() {
    if (has_ended_) return std::nullopt;
    std::array<char, 16 * 1024> buffer;
    std::string data = std::exchange(unread_, "");
    DIM_TRY(const auto size, sys::receive(socket_, buffer));
    if (size && *size > 0) {
        DIM_TRY(const std::string more, decoded({buffer.data(), *size}));
        data += more;
    }
    begin_.append(data, 0, kBeginLimit - std::min(kBeginLimit, begin_.size()));
    tail_ += data;
    tail_.erase(0, tail_.size() - std::min(tail_.size(), kPrompt.size() + 2));
    DIM_TRY(const bool is_over, is_at_prompt());
    has_ended_ = is_over || (size && *size == 0);
    if (is_over && begin_.size() < kBeginLimit)
        if (auto refused = console_refusal(begin_)) return fail(*std::move(refused));
    return data;
}

Result<void> ModuleConsole::send(std::string_view typed) {
    return sys::send_all(socket_, telnet_encoded(typed), sys::Deadline::in(kSendTime));
}

void ModuleConsole::finish() {
    // Also of one that has ended: a blade can print what looks like the prompt, and its shell is
    // not to get the rest. At the prompt it is a line of its own, which is no command.
    static_cast<void>(send_line(kLeave, sys::Deadline::in(kSendTime)));
    static_cast<void>(send_line("exit", sys::Deadline::in(kSendTime)));
    has_ended_ = true;
}

}  // namespace dim::bladecenter
