#pragma once

#include "libdim/snmp/session.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/process.hpp"

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace dim::snmp {

/// The emulated chassis of qemu-tests/chassis as a process, on a free port of the loopback. It ends
/// with this, or with the test, however that ends.
class [[nodiscard]] RunningChassis {
public:
    /// OPTIONS: "--bay", "1=js20", …
    explicit RunningChassis(const std::vector<std::string>& options) {
        auto input = sys::pipe().value();
        auto output = sys::pipe().value();
        std::vector<std::string> words{DIM_CHASSIS, "--end-with-input"};
        words.insert(words.end(), options.begin(), options.end());
        process_.emplace(sys::spawn({.arguments = words,
                                     .standard_input = &input.read_end,
                                     .standard_output = &output.write_end})
                             .value());
        input_ = std::move(input.write_end);
        output_ = std::move(output.read_end);
        const std::string ready = line();
        EXPECT_TRUE(ready.starts_with("ready "));
        address_ = ready.substr(6);
    }
    ~RunningChassis() {
        EXPECT_TRUE(process_->kill(SIGTERM));
        const auto ended = process_->wait(sys::Deadline::in(std::chrono::seconds(20)));
        EXPECT_TRUE(ended && ended->is_success()) << "the emulator ended badly";
    }
    RunningChassis(const RunningChassis&) = delete;
    RunningChassis& operator=(const RunningChassis&) = delete;

    /// "127.0.0.1:PORT".
    const std::string& address() const { return address_; }
    AgentAddress agent() const { return AgentAddress::parse(address_).value(); }

    /// COMMAND of its standard input, once it is obeyed.
    void tell(const std::string& command) {
        EXPECT_TRUE(sys::write_all(input_, command + '\n'));
        std::string answer;
        while ((answer = line()) == "dropped" || answer == "module restarts") {
        }
        EXPECT_EQ(answer, "ok") << command;
    }
    /// How many requests came to it since this was asked the last time.
    int requests() {
        EXPECT_TRUE(sys::write_all(input_, "requests\n"));
        const std::string told = line();
        EXPECT_EQ(line(), "ok");
        EXPECT_TRUE(told.starts_with("requests ")) << told;
        return std::stoi(told.substr(9));
    }
    /// The next line that it prints.
    std::string line() {
        while (!unread_.contains('\n')) {
            char buffer[256];
            const auto deadline = sys::Deadline::in(std::chrono::seconds(20));
            if (!sys::poll(output_, sys::Readiness::readable, deadline)) return "nothing came";
            const auto size = sys::read(output_, buffer);
            if (!size || *size == 0) return "the emulator ended";
            unread_.append(buffer, *size);
        }
        const std::size_t end = unread_.find('\n');
        std::string first = unread_.substr(0, end);
        unread_.erase(0, end + 1);
        return first;
    }

    /// A dialogue with it. CREDENTIALS as in a credentials file.
    Result<Session> open(const std::string& credentials = "community private",
                         std::chrono::milliseconds timeout = std::chrono::seconds(5)) const {
        return Session::open({.agent = agent(), .timeout = timeout, .retries = 0},
                             parse_credentials(credentials).value());
    }

private:
    std::optional<sys::Process> process_;
    sys::Fd input_;
    sys::Fd output_;
    std::string address_;
    std::string unread_;
};

}  // namespace dim::snmp
