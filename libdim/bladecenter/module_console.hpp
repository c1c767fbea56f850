#pragma once

#include "libdim/bladecenter/bay.hpp"
#include "libdim/bladecenter/telnet_decoder.hpp"
#include "libdim/model/ipv4_endpoint.hpp"
#include "libdim/power/login.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dim::bladecenter {

inline constexpr std::uint16_t kTelnetPort = 23;

/// What a module says in place of a console: that serial over LAN is off, not ready, taken…, with
/// the cure; nothing for other text.
std::optional<Error> console_refusal(std::string_view text);

/// The serial console of a blade, through its management module's command line (telnet): serial
/// over LAN. Used by one thread.
class [[nodiscard]] ModuleConsole {
public:
    enum class Take { when_free, from_others };

    /// Logs in and begins the console of BAY. Errors: those of connect_tcp; permission_denied for a
    /// login that is refused; timed_out, invalid_input for a dialogue of another kind.
    static Result<ModuleConsole> open(const model::Ipv4Endpoint& module, const power::Login& login,
                                      Bay bay, Take take, const sys::Deadline& deadline);

    const sys::Fd& socket() const { return socket_; }
    /// What the blade printed, which may be nothing; without waiting. Nothing at all once the
    /// console has ended, as when the blade is switched off or another one takes it. Errors: those
    /// of console_refusal.
    Result<std::optional<std::string>> read();
    bool has_ended() const { return has_ended_; }
    /// What a person typed.
    Result<void> send(std::string_view typed);
    /// Leaves the console, whether it has ended or not, and the module's command line.
    void finish();

private:
    explicit ModuleConsole(sys::Fd socket) : socket_(std::move(socket)) {}
    Result<void> send_line(std::string_view line, const sys::Deadline& deadline);
    Result<std::string> decoded(std::string_view bytes);
    /// Reads until one of TEXTS has come; all up to its end. What is behind it is kept.
    Result<std::string> expect(std::initializer_list<std::string_view> texts,
                               const sys::Deadline& deadline);
    Result<void> log_in(const power::Login& login, const sys::Deadline& deadline);
    Result<bool> is_at_prompt();

    sys::Fd socket_;
    TelnetDecoder decoder_;
    std::string unread_;  ///< decoded and not yet given away
    std::string begin_;   ///< what the console began with, bounded
    std::string tail_;    ///< its last bytes
    bool has_ended_ = false;
    bool may_quote_ = true;  ///< false while what comes may be the echo of a password
};

}  // namespace dim::bladecenter
