#pragma once

#include <string>
#include <string_view>

namespace dim::chassis {

/// The server's side of telnet (RFC 854): takes commands out of what the client sends, and refuses
/// every option but echo and suppress-go-ahead, which it offers itself.
class TelnetReader {
public:
    /// What was typed; each end of a line (CR LF, CR NUL, CR, and the CR NUL
    /// LF of a telnet in binary mode) is one CR.
    std::string take(std::string_view bytes);
    /// What is to be answered, once.
    std::string take_answers();

private:
    enum class State { data, after_return, command, option, within_option, within_option_command };
    void take_data(char byte, std::string& typed);
    void take_command(char byte);
    void refuse_option(char byte);

    State state_ = State::data;
    char verb_ = 0;
    std::string answers_;
};

/// What a session begins with.
std::string telnet_greeting();
/// DATA on the wire: 255 is doubled.
std::string telnet_escaped(std::string_view data);

}  // namespace dim::chassis
