#include "qemu-tests/chassis/telnet.hpp"

#include <utility>

namespace dim::chassis {

namespace {

constexpr char kCommand = '\xff';  // IAC
constexpr char kDont = '\xfe';
constexpr char kDo = '\xfd';
constexpr char kWont = '\xfc';
constexpr char kWill = '\xfb';
constexpr char kOptionBegin = '\xfa';
constexpr char kOptionEnd = '\xf0';
constexpr char kEcho = 1;
constexpr char kSuppressGoAhead = 3;
constexpr std::size_t kAnswerLimit = 300;

}  // namespace

std::string TelnetReader::take(std::string_view bytes) {
    std::string typed;
    for (const char byte : bytes) {
        switch (state_) {
            case State::data:
            case State::after_return: take_data(byte, typed); break;
            case State::command:
                if (byte == kCommand) typed += byte;
                take_command(byte);
                break;
            case State::option: refuse_option(byte); break;
            case State::within_option:
                if (byte == kCommand) state_ = State::within_option_command;
                break;
            case State::within_option_command:
                state_ = byte == kOptionEnd ? State::data : State::within_option;
                break;
        }
    }
    return typed;
}

void TelnetReader::take_data(char byte, std::string& typed) {
    if (state_ == State::after_return && byte == '\0') return;
    const bool ends_line = state_ == State::after_return && byte == '\n';
    state_ = byte == kCommand ? State::command : byte == '\r' ? State::after_return : State::data;
    if (byte != kCommand && !ends_line) typed += byte;
}

void TelnetReader::take_command(char byte) {
    verb_ = byte;
    if (byte == kWill || byte == kWont || byte == kDo || byte == kDont) {
        state_ = State::option;
    } else {
        state_ = byte == kOptionBegin ? State::within_option : State::data;
    }
}

void TelnetReader::refuse_option(char byte) {
    state_ = State::data;
    const bool is_ours = byte == kEcho || byte == kSuppressGoAhead;
    if (answers_.size() >= kAnswerLimit) return;
    if (verb_ == kDo && !is_ours) answers_ += {kCommand, kWont, byte};
    if (verb_ == kWill) answers_ += {kCommand, kDont, byte};
}

std::string TelnetReader::take_answers() { return std::exchange(answers_, {}); }

std::string telnet_greeting() {
    return {kCommand, kWill, kEcho, kCommand, kWill, kSuppressGoAhead};
}

std::string telnet_escaped(std::string_view data) {
    std::string wire;
    for (const char byte : data) {
        wire += byte;
        if (byte == kCommand) wire += byte;
    }
    return wire;
}

}  // namespace dim::chassis
