#include "libdim/power/running_bmc.hpp"
#include "libdim/snmp/running_chassis.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "tools/chassis_fixture.hpp"

#include <pty.h>
#include <sys/stat.h>
#include <termios.h>

#include <gmock/gmock.h>

/// The built `dim console` on a terminal, with an emulated chassis.
namespace dim::tool {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::uint32_t kLoopbackAddress = 0x7f000001;

/// A `dim console` on a terminal of its own; what it shows may go elsewhere, to OUTPUT.
class TerminalSession {
public:
    explicit TerminalSession(const std::vector<std::string>& words,
                             const sys::Fd* output = nullptr) {
        int controller = -1;
        int terminal = -1;
        EXPECT_EQ(::openpty(&controller, &terminal, nullptr, nullptr, nullptr), 0);
        controller_ = sys::Fd(controller);
        terminal_ = sys::Fd(terminal);
        before_ = settings();
        process_.emplace(sys::spawn({.arguments = words,
                                     .standard_input = &terminal_,
                                     .standard_output = output == nullptr ? &terminal_ : output,
                                     .standard_error = &terminal_})
                             .value());
    }
    TerminalSession(const TerminalSession&) = delete;
    TerminalSession& operator=(const TerminalSession&) = delete;
    ~TerminalSession() {
        if (process_->kill(SIGKILL)) static_cast<void>(process_->wait(soon()));
    }

    void type(const std::string& keys) const { EXPECT_TRUE(sys::write_all(controller_, keys)); }
    /// Reads until TEXT has come.
    bool shows(const std::string& text) {
        while (!shown_.contains(text)) {
            char buffer[1024];
            if (!sys::poll(controller_, sys::Readiness::readable, soon())) return false;
            const auto size = sys::read(controller_, buffer);
            if (!size || *size == 0) return false;
            shown_.append(buffer, *size);
        }
        shown_.erase(0, shown_.find(text) + text.size());
        return true;
    }
    void tell(int signal) { EXPECT_TRUE(process_->kill(signal)); }
    int end_code() {
        const auto ended = process_->wait(soon());
        return ended ? ended->code : -1;
    }
    bool is_raw() const { return (settings().c_lflag & ICANON) == 0; }
    bool is_as_before() const {
        const termios now = settings();
        return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag &&
               now.c_oflag == before_.c_oflag;
    }

private:
    static sys::Deadline soon() { return sys::Deadline::in(20s); }
    termios settings() const {
        termios now{};
        EXPECT_EQ(::tcgetattr(terminal_.get(), &now), 0);
        return now;
    }

    sys::Fd controller_;
    sys::Fd terminal_;
    termios before_{};
    std::optional<sys::Process> process_;
    std::string shown_;
};

class ConsoleDaemonTest : public ChassisRoom {
protected:
    ConsoleDaemonTest() {
        const std::string ready = chassis.line();
        EXPECT_TRUE(ready.starts_with("telnet "));
        telnet_port = ready.substr(ready.rfind(':') + 1);
        write("login", "user USERID\npassword PASSW0RD\n", 0600);
        write("mm.key", "community private\n", 0600);
        write("own",
              "#!/bin/sh\necho \"$1 of $DIM_NAME\"\necho \"bay $DIM_BAY of "
              "$DIM_MODULE, $DIM_MODULE_ADDRESS\"\nread line\necho \"got $line\"\n",
              0755);
        write("cluster.xml", xml(), 0644);
    }
    std::string xml(const std::string& more = "") const {
        const std::string module =
            property("console-credentials", file("login")) + property("telnet-port", telnet_port);
        return room_xml(module_xml("mm", "127.0.0.1", module), "b", 14,
                        "<set for=\"b7\">" + property("console-command", file("own")) +
                            "</set><set for=\"b8\">" + property("power", "exec") +
                            property("power-command", "/bin/true") + "</set>" + more);
    }
    std::vector<std::string> words(const std::string& blade, const char* more = nullptr) const {
        std::vector<std::string> all{DIM_PROGRAM, "console", "--cluster", file("cluster.xml"),
                                     blade};
        if (more != nullptr) all.emplace_back(more);
        return all;
    }

    snmp::RunningChassis chassis{
        {"--telnet", "127.0.0.1:0", "--bay", "1=js20,on", "--bay", "2=js20,on", "--bay", "3=js21"}};
    std::string telnet_port;
};

TEST_F(ConsoleDaemonTest, WhatTheModuleRefusesIsToldWithItsCure) {
    TerminalSession off(words("b3"));
    EXPECT_TRUE(off.shows("SOL is not ready"));
    EXPECT_TRUE(off.shows("dim power on"));
    EXPECT_EQ(off.end_code(), 1);
    EXPECT_TRUE(off.is_as_before());
    TerminalSession empty(words("b5"));
    EXPECT_TRUE(empty.shows("The target bay is empty"));
    EXPECT_EQ(empty.end_code(), 1);
    write("login", "user USERID\npassword wrongword\n", 0600);
    TerminalSession refused(words("b1"));
    EXPECT_TRUE(refused.shows("refuses the login"));
    EXPECT_EQ(refused.end_code(), 1);
    TerminalSession none(words("b8"));
    EXPECT_TRUE(none.shows("b8 has no console"));
    EXPECT_EQ(none.end_code(), 1);
}

TEST_F(ConsoleDaemonTest, ABayOrBmcOfTwoBladesIsNotAsked) {
    const auto set = [](const std::string& blade, const std::string& name, const char* value) {
        return "<set for=\"" + blade + "\"><property name=\"" + name + "\" value=\"" + value +
               "\"/></set>";
    };
    write("cluster.xml",
          xml(set("b2", "bay", "1") + set("b5", "bay", "7") + set("b[9-10]", "power", "ipmi") +
              set("b[9-10]", "power-address", "127.0.0.9")),
          0644);
    TerminalSession bay(words("b1", "--take"));
    EXPECT_TRUE(bay.shows("b1 and b2 are the same: bay 1 of mm"));
    EXPECT_EQ(bay.end_code(), 1);
    TerminalSession bmc(words("b10"));
    EXPECT_TRUE(bmc.shows("b10 and b9 are the same: BMC 127.0.0.9"));
    EXPECT_EQ(bmc.end_code(), 1);
    TerminalSession program(words("b7"));
    EXPECT_TRUE(program.shows("bay  of , \r\n")) << "it is told no bay in doubt";
    program.type("typed\n");
    EXPECT_EQ(program.end_code(), 0);
}

TEST_F(ConsoleDaemonTest, ThePartnerOfASilentModuleHasTheConsole) {
    std::string definition = xml(R"(<set for="mm"><property name="partner" value="nn"/></set>)");
    const std::string address = "127.0.0.1\"/>";
    definition.replace(definition.find(address), address.size(), "127.0.0.3\"/>");
    const auto with_partner = [&](const std::string& at) {
        std::string text = definition;
        text.insert(text.find(R"(<level name="blade")"),
                    R"(<component name="nn" role="management-module">
    <interface network="mmnet" address=")" +
                        at + R"("/><property name="console-credentials" value=")" + file("login") +
                        R"("/><property name="telnet-port" value=")" + telnet_port +
                        "\"/></component>");
        write("cluster.xml", text, 0644);
    };
    with_partner("127.0.0.1");
    TerminalSession session(words("b1"));
    EXPECT_TRUE(session.shows("the console is of nn: the first module does not answer"));
    session.type("hello\r");
    EXPECT_TRUE(session.shows("bay 1: hello"));
    session.type("\r~.");
    EXPECT_EQ(session.end_code(), 0);
    with_partner("127.0.0.4");
    TerminalSession nobody(words("b1"));
    EXPECT_TRUE(nobody.shows("neither it nor its partner nn answers"));
    EXPECT_EQ(nobody.end_code(), 1);
}

TEST_F(ConsoleDaemonTest, KeysGoToTheBladeUntilTheEscape) {
    TerminalSession session(words("b1"));
    session.type("hello\r");
    EXPECT_TRUE(session.shows("bay 1: hello"));
    EXPECT_TRUE(session.is_raw());
    session.type("~?");
    EXPECT_TRUE(session.shows("~. ends the console"));
    session.type("\r~.");
    EXPECT_EQ(session.end_code(), 0);
    EXPECT_TRUE(session.is_as_before());
    TerminalSession again(words("b1"));
    again.type("there\r");
    EXPECT_TRUE(again.shows("bay 1: there")) << "it was left to others";
    again.type("~.");
    EXPECT_EQ(again.end_code(), 0);
}

TEST_F(ConsoleDaemonTest, ATerminalIsAsBeforeWhenWeAreToldToEnd) {
    for (const int signal : {SIGTERM, SIGHUP}) {
        TerminalSession session(words("b1"));
        session.type("x\r");
        EXPECT_TRUE(session.shows("bay 1: x"));
        session.tell(signal);
        EXPECT_EQ(session.end_code(), 0);
        EXPECT_TRUE(session.is_as_before());
    }
}

TEST_F(ConsoleDaemonTest, ATerminalIsAsBeforeWhenNobodyReadsTheOutput) {
    sys::Pipe pipe = sys::pipe().value();
    TerminalSession session(words("b1"), &pipe.write_end);
    pipe.write_end.reset();
    session.type("x\r");
    char shown[16] = "";
    ASSERT_TRUE(sys::poll(pipe.read_end, sys::Readiness::readable, sys::Deadline::in(20s)));
    EXPECT_GT(sys::read(pipe.read_end, shown).value_or(0), 0u);
    EXPECT_TRUE(session.is_raw());
    pipe.read_end.reset();
    session.type("y\r");
    EXPECT_EQ(session.end_code(), 0);
    EXPECT_TRUE(session.is_as_before());
}

TEST_F(ConsoleDaemonTest, SomebodyElsesConsoleIsTakenOnlyWhenThatIsSaid) {
    TerminalSession holder(words("b1"));
    holder.type("mine\r");
    EXPECT_TRUE(holder.shows("bay 1: mine"));
    TerminalSession late(words("b1"));
    EXPECT_TRUE(late.shows("already active"));
    EXPECT_TRUE(late.shows("--take"));
    EXPECT_EQ(late.end_code(), 1);
    TerminalSession taker(words("b1", "--take"));
    taker.type("now\r");
    EXPECT_TRUE(taker.shows("bay 1: now"));
    EXPECT_EQ(holder.end_code(), 0);
    EXPECT_TRUE(holder.is_as_before());
    taker.type("~.");
    EXPECT_EQ(taker.end_code(), 0);
}

TEST_F(ConsoleDaemonTest, AProgramOfTheSiteHasTheTerminal) {
    TerminalSession session(words("b7"));
    EXPECT_TRUE(session.shows("console of b7"));
    EXPECT_TRUE(session.shows("bay 7 of mm, 127.0.0.1\r\n"));
    session.type("typed\n");
    EXPECT_TRUE(session.shows("got typed"));
    EXPECT_EQ(session.end_code(), 0);
    EXPECT_TRUE(session.is_as_before());
}

TEST_F(ConsoleDaemonTest, ABmcHasTheSerialLineOfItsMachine) {
    const sys::Fd listener = sys::listen_tcp(kLoopbackAddress, 0).value();
    const std::string port = std::to_string(sys::local_endpoint(listener).value().port);
    const power::RunningBmc bmc(port);
    ASSERT_TRUE(sys::poll(listener, sys::Readiness::readable, sys::Deadline::in(20s)));
    const sys::Fd line = sys::accept(listener).value().value();
    write("cluster.xml",
          xml("<set for=\"b9\"><property name=\"power\" value=\"ipmi\"/>"
              "<property name=\"power-address\" value=\"" +
              power::RunningBmc::address() +
              "\"/><property name=\"ipmi-cipher-suite\" value=\"3\"/>"
              "<property name=\"credentials\" value=\"" +
              bmc.login_file() + "\"/></set>"),
          0644);
    TerminalSession session(words("b9"));
    ASSERT_TRUE(session.shows("SOL Session operational"));
    EXPECT_TRUE(sys::send_all(line, "login: ", sys::Deadline::in(20s)));
    EXPECT_TRUE(session.shows("login: "));
    session.type("root\r");
    char typed[5] = "";
    EXPECT_EQ(sys::receive(line, typed, sys::Deadline::in(20s)).value_or(0), sizeof typed);
    EXPECT_EQ(std::string(typed, sizeof typed), "root\r");
    session.type("~.");
    EXPECT_EQ(session.end_code(), 0);
    EXPECT_TRUE(session.is_as_before());
}

TEST_F(ConsoleDaemonTest, OneBladeIsNamed) {
    TerminalSession many(words("b[1-2]"));
    EXPECT_TRUE(many.shows("a console is of one"));
    EXPECT_EQ(many.end_code(), 2);
}

}  // namespace
}  // namespace dim::tool
