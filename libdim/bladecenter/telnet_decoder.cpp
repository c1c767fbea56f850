#include "libdim/bladecenter/telnet_decoder.hpp"

#include <utility>

namespace dim::bladecenter {

namespace {

// RFC 854, RFC 857 (echo), RFC 858 (suppress go-ahead).
constexpr std::uint8_t kSubnegotiationEnd = 240;
constexpr std::uint8_t kSubnegotiation = 250;
constexpr std::uint8_t kWill = 251;
constexpr std::uint8_t kWont = 252;
constexpr std::uint8_t kDo = 253;
constexpr std::uint8_t kDont = 254;
constexpr std::uint8_t kCommand = 255;
constexpr std::uint8_t kEcho = 1;
constexpr std::uint8_t kNoGoAhead = 3;

std::string telnet_command(std::uint8_t command, std::uint8_t option) {
    return {static_cast<char>(kCommand), static_cast<char>(command), static_cast<char>(option)};
}

}  // namespace

void TelnetDecoder::take_option(std::uint8_t option, std::string& answer) {
    if (command_ == kDo) answer += telnet_command(kWont, option);
    if (command_ != kWill) return;
    bool other = true;  // any other option is refused each time
    bool& agreed = option == kEcho        ? agreed_echo_
                   : option == kNoGoAhead ? agreed_no_go_ahead_
                                          : other;
    if (&agreed == &other) {
        answer += telnet_command(kDont, option);
    } else if (!std::exchange(agreed, true)) {
        answer += telnet_command(kDo, option);
    }
}

TelnetDecoder::Decoded TelnetDecoder::decode(std::string_view bytes) {
    Decoded decoded;
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        switch (state_) {
            case State::data:
                if (byte == kCommand) {
                    state_ = State::command;
                } else if (byte != 0) {  // the NUL behind a CR
                    decoded.data += c;
                }
                break;
            case State::command:
                command_ = byte;
                state_ = State::data;
                if (byte == kCommand) decoded.data += c;
                if (byte >= kWill && byte <= kDont) state_ = State::option;
                if (byte == kSubnegotiation) state_ = State::subnegotiation;
                break;
            case State::option:
                take_option(byte, decoded.answer);
                state_ = State::data;
                break;
            case State::subnegotiation:
                if (byte == kCommand) state_ = State::subnegotiation_command;
                break;
            case State::subnegotiation_command:
                state_ = byte == kSubnegotiationEnd ? State::data : State::subnegotiation;
                break;
        }
    }
    return decoded;
}

std::string telnet_encoded(std::string_view bytes) {
    std::string encoded;
    for (const char c : bytes) {
        encoded += c;
        if (static_cast<std::uint8_t>(c) == kCommand) encoded += c;
        if (c == '\r') encoded += '\0';
    }
    return encoded;
}

}  // namespace dim::bladecenter
