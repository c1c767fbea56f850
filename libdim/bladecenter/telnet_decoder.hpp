#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::bladecenter {

/// What a telnet server sends (RFC 854), without its commands. Pure.
class TelnetDecoder {
public:
    struct Decoded {
        std::string data;
        std::string answer;  ///< to be sent to the server, for options that it asks about
    };
    /// BYTES as they came, in any pieces. Of options, that the server echoes and sends without
    /// go-ahead is agreed to, once; all else is refused.
    Decoded decode(std::string_view bytes);

private:
    enum class State { data, command, option, subnegotiation, subnegotiation_command };
    void take_option(std::uint8_t option, std::string& answer);

    State state_ = State::data;
    std::uint8_t command_ = 0;
    bool agreed_echo_ = false;
    bool agreed_no_go_ahead_ = false;
};

/// BYTES as they are sent: 255 is doubled, CR is followed by NUL, as RFC 854 has it.
std::string telnet_encoded(std::string_view bytes);

}  // namespace dim::bladecenter
