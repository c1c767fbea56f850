#include "libdim/bladecenter/module_console.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/tcp_socket.hpp"

#include <array>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

/// Consoles of modules that behave unlike the emulated one, which tools/console_daemon_test.cpp
/// has.
namespace dim::bladecenter {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kModuleAddress = 0x7f000001;

sys::Deadline before_long() { return sys::Deadline::in(20s); }

/// A command line on the loopback that says what a test has it say, to one who connects.
class FakeModule {
public:
    using Script = void (*)(FakeModule&);
    explicit FakeModule(Script script)
        : listener_(sys::listen_tcp(kModuleAddress, 0).value()), thread_([this, script] {
              if (!sys::poll(listener_, sys::Readiness::readable, before_long())) return;
              socket_ = sys::accept(listener_).value().value();
              script(*this);
              socket_.reset();
          }) {}
    FakeModule(const FakeModule&) = delete;
    FakeModule& operator=(const FakeModule&) = delete;
    ~FakeModule() {
        if (thread_.joinable()) thread_.join();
    }

    void say(std::string_view text) const {
        EXPECT_TRUE(sys::send_all(socket_, text, before_long()));
    }
    /// What came up to TEXT or, when that does not come, to the end.
    std::string hear(std::string_view text) {
        while (!heard_.contains(text)) {
            std::array<char, 1024> buffer;
            const auto size = sys::receive(socket_, buffer, before_long());
            if (!size || *size == 0) return std::exchange(heard_, "");
            heard_.append(buffer.data(), *size);
        }
        const std::size_t end = heard_.find(text) + text.size();
        std::string found = heard_.substr(0, end);
        heard_.erase(0, end);
        return found;
    }
    void log_in() {
        say("username: ");
        hear("\n");
        say("password: ");
        hear("\n");
        say("\r\nsystem> ");
    }
    void begin_console() {
        log_in();
        say(hear("\n"));
    }

    Result<ModuleConsole> open() const {
        const power::Login login{"USERID", tls::SecretText(std::string("hunter2"))};
        return ModuleConsole::open(
            {*model::Ipv4Address::parse("127.0.0.1"), sys::local_endpoint(listener_).value().port},
            login, Bay::parse("1").value(), ModuleConsole::Take::when_free, before_long());
    }
    void finish() { thread_.join(); }

    std::string heard_at_end;  ///< for the script to fill, and to be looked at after finish()

private:
    sys::Fd listener_;
    sys::Fd socket_;
    std::string heard_;
    std::thread thread_;
};

TEST(ModuleConsole, WhatMayBeThePasswordIsNotQuoted) {
    FakeModule module([](FakeModule& here) {
        here.say("username: ");
        here.hear("\n");
        here.say("password: ");
        here.say("\r\n" + here.hear("\n"));  // no telnet: a terminal that echoes
    });
    const auto console = module.open();
    ASSERT_FALSE(console);
    EXPECT_TRUE(console.error().message().contains("closed")) << console.error().message();
    EXPECT_FALSE(console.error().message().contains("hunter2")) << console.error().message();
}

TEST(ModuleConsole, WhatSomethingElseSaysBeforeIsQuoted) {
    FakeModule module([](FakeModule& here) { here.say("SSH-2.0-x\r\n"); });
    const auto console = module.open();
    ASSERT_FALSE(console);
    EXPECT_TRUE(console.error().message().contains("SSH-2.0-x")) << console.error().message();
}

TEST(ModuleConsole, WhatABladePrintsDoesNotGetOurWordsTyped) {
    FakeModule module([](FakeModule& here) {
        here.begin_console();
        here.say("\r\nsystem> ");
        here.heard_at_end = here.hear("exit\r\n");
    });
    auto console = module.open();
    ASSERT_TRUE(console) << console.error().message();
    ASSERT_TRUE(console->read()) << "what came with the dialogue";
    while (!console->has_ended()) {
        ASSERT_TRUE(sys::poll(console->socket(), sys::Readiness::readable, before_long()));
        ASSERT_TRUE(console->read());
    }
    console->finish();
    module.finish();
    EXPECT_EQ(module.heard_at_end, "\x1b(\r\nexit\r\n");
}

}  // namespace
}  // namespace dim::bladecenter
