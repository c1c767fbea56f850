#include "libdim/snmp/running_chassis.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/sys/udp_socket.hpp"
#include "libdim/sys/unix_socket.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <fstream>
#include <sys/syscall.h>

#include <gmock/gmock.h>

/// Bays whose blades are QEMU machines; these have stopped processors, so that they cost nothing.
namespace dim::chassis {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string machine_file(const testing::TemporaryDirectory& directory,
                         const std::string& more = "") {
    std::ofstream(directory / "machine.json")
        << R"({"arguments": ["qemu-system-ppc64", "-M", "pseries", "-S", "-nodefaults", "-display",
               "none", "-device", "spapr-vlan,netdev=net0,mac={mac}", "-netdev",
               "hubport,id=net0,hubid=0")"
        << more << R"(], "boot": {"network": ["-name", "from-network"]}, "console": ")"
        << directory / "console" << R"(", "log": ")" << directory / "log" << "\"}";
    return "3=" + (directory / "machine.json");
}

/// Of "machine bay=3 pid=4711".
int process_id_of(const std::string& line) {
    EXPECT_THAT(line, StartsWith("machine bay=3 pid="));
    return std::atoi(line.substr(line.rfind('=') + 1).c_str());
}

std::string command_line_of(int process_id) {
    std::ifstream file("/proc/" + std::to_string(process_id) + "/cmdline");
    std::string words{std::istreambuf_iterator<char>(file), {}};
    std::ranges::replace(words, '\0', ' ');
    return words;
}

class MachinesDaemonTest : public ::testing::Test {
protected:
    std::string set(const std::string& object, int value) const {
        const auto ran =
            sys::run({"snmpset", "-v", "1", "-c", "private", "-On", "-m", "", chassis.address(),
                      "1.3.6.1.4.1.2.3.51.2." + object, "i", std::to_string(value)},
                     30s, {});
        return ran ? ran->output : to_string(ran.error());
    }
    std::string get(const std::string& object) const {
        const auto ran = sys::run({"snmpget", "-v", "1", "-c", "private", "-Oqv", "-m", "",
                                   chassis.address(), "1.3.6.1.4.1.2.3.51.2." + object},
                                  30s, {});
        return ran ? ran->output : to_string(ran.error());
    }
    int power_on() {
        EXPECT_THAT(set("22.1.6.1.1.7.3", 1), HasSubstr("INTEGER"));
        const int process_id = process_id_of(chassis.line());
        EXPECT_EQ(chassis.line(), "power bay=3 on");
        return process_id;
    }

    testing::TemporaryDirectory directory;
    snmp::RunningChassis chassis{
        {"--bay", "3=js21,mac=00:0d:60:1e:81:1a", "--machine", machine_file(directory)}};
};

TEST_F(MachinesDaemonTest, ThePlugIsPulled) {
    const int process_id = power_on();
    EXPECT_EQ(get("22.1.5.1.1.4.3"), "1\n");
    EXPECT_THAT(command_line_of(process_id),
                AllOf(HasSubstr("mac=00:0d:60:1e:81:1a"), HasSubstr("from-network")));
    EXPECT_EQ(get("2.21.4.2.1.2.3"), "\"00:0d:60:1e:81:1a\"\n");
    EXPECT_THAT(set("22.1.6.1.1.7.3", 1), HasSubstr("INTEGER")) << "it is on: nothing happens";
    EXPECT_THAT(set("22.1.6.1.1.7.3", 0), HasSubstr("INTEGER"));
    EXPECT_EQ(chassis.line(), "power bay=3 off");
    EXPECT_EQ(get("22.1.5.1.1.4.3"), "0\n");
    EXPECT_EQ(command_line_of(process_id), "") << "it runs no more";
}

TEST_F(MachinesDaemonTest, TheBootSequenceIsTheMachines) {
    EXPECT_THAT(set("22.1.3.1.8.3", 0), HasSubstr("INTEGER"));
    EXPECT_THAT(set("22.1.3.1.7.3", 3), HasSubstr("INTEGER"));
    EXPECT_THAT(command_line_of(power_on()), Not(HasSubstr("from-network")));
}

TEST_F(MachinesDaemonTest, ResetAndNmiGoToTheMachine) {
    const int process_id = power_on();
    EXPECT_THAT(set("22.1.6.1.1.8.3", 1), HasSubstr("INTEGER"));
    EXPECT_EQ(chassis.line(), "restart bay=3");
    EXPECT_EQ(chassis.line(), "power bay=3 on");
    EXPECT_THAT(set("22.1.6.1.1.10.3", 1), HasSubstr("INTEGER"));
    EXPECT_EQ(chassis.line(), "nmi bay=3");
    EXPECT_NE(command_line_of(process_id), "") << "the same one runs";
    EXPECT_THAT(set("22.1.6.1.1.7.3", 0), HasSubstr("INTEGER"));
    EXPECT_EQ(chassis.line(), "power bay=3 off") << "nothing was refused";
}

TEST_F(MachinesDaemonTest, AMachineThatResetsByEndingIsStartedAnew) {
    chassis.tell("machine " + machine_file(directory, R"(, "-no-reboot")"));
    const int process_id = power_on();
    EXPECT_THAT(set("22.1.6.1.1.8.3", 1), HasSubstr("INTEGER"));
    EXPECT_NE(process_id_of(chassis.line()), process_id);
    EXPECT_EQ(chassis.line(), "restart bay=3");
    EXPECT_EQ(chassis.line(), "power bay=3 on");
}

TEST_F(MachinesDaemonTest, AMachineThatEndsByItselfIsOffAndThatIsLogged) {
    EXPECT_EQ(::kill(power_on(), SIGKILL), 0);
    EXPECT_EQ(chassis.line(), "power bay=3 off");
    EXPECT_EQ(get("22.1.5.1.1.4.3"), "0\n");
    EXPECT_THAT(get("3.4.2.1.2.1"), HasSubstr("Source:BLADE_03  Name:SN#ZJ1R103"));
    EXPECT_THAT(get("3.4.2.1.2.1"), HasSubstr("Text:Blade powered off."));
}

TEST_F(MachinesDaemonTest, ABladeThatIsTakenOutIsGone) {
    const int process_id = power_on();
    chassis.tell("bay 3=empty");
    EXPECT_EQ(command_line_of(process_id), "");
    chassis.tell("bay 3=js20,mac=00:0d:60:1e:99:99");
    EXPECT_EQ(get("22.1.5.1.1.4.3"), "0\n");
    EXPECT_THAT(command_line_of(power_on()), HasSubstr("mac=00:0d:60:1e:99:99"));
}

TEST_F(MachinesDaemonTest, AProgramThatIsNotThereIsTold) {
    std::ofstream(directory / "none.json") << R"({"arguments": ["/no/such/program", "{mac}"]})";
    chassis.tell("machine 3=" + (directory / "none.json"));
    EXPECT_THAT(set("22.1.6.1.1.7.3", 1), HasSubstr("INTEGER"));
    EXPECT_EQ(chassis.line(), "failed bay=3");
    EXPECT_EQ(get("22.1.5.1.1.4.3"), "0\n");
}

TEST(MachinesEnd, WithAnEmulatorThatIsKilled) {
    const testing::TemporaryDirectory directory;
    auto output = sys::pipe().value();
    auto emulator = sys::spawn({.arguments = {DIM_CHASSIS, "--bay", "3=js20,on", "--machine",
                                              machine_file(directory)},
                                .standard_output = &output.write_end})
                        .value();
    std::string said;
    while (!said.contains("power bay=3 on")) {
        char buffer[256];
        const auto size = sys::read(output.read_end, buffer);
        ASSERT_TRUE(size && *size > 0);
        said.append(buffer, *size);
    }
    const std::size_t line = said.find("machine bay=3");
    const int machine = process_id_of(said.substr(line, said.find('\n', line) - line));
    const sys::Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, machine, 0)));
    ASSERT_TRUE(emulator.kill(SIGKILL));
    EXPECT_TRUE(sys::poll(pidfd, sys::Readiness::readable, sys::Deadline::in(20s)));
    EXPECT_TRUE(emulator.wait(sys::Deadline::in(20s)));
    ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);  // if it did not
}

/// What arrived up to and with TEXT.
std::string read_until(const sys::Fd& socket, const std::string& text) {
    std::string all;
    while (!all.contains(text)) {
        char buffer[1024];
        const auto size = sys::receive(socket, buffer, sys::Deadline::in(20s));
        if (!size || *size == 0) return all + "<nothing more>";
        all.append(buffer, *size);
    }
    return all;
}

class ModuleShellDaemonTest : public ::testing::Test {
protected:
    ModuleShellDaemonTest() {
        const std::string line = chassis.line();
        EXPECT_THAT(line, StartsWith("telnet 127.0.0.1:"));
        port = static_cast<std::uint16_t>(std::atoi(line.substr(line.rfind(':') + 1).c_str()));
    }
    sys::Fd connect() const {
        return sys::connect_tcp(0x7f000001, port, sys::Deadline::in(20s)).value();
    }
    static void type(const sys::Fd& socket, const std::string& text) {
        EXPECT_TRUE(sys::send_all(socket, text, sys::Deadline::in(20s)));
    }
    sys::Fd log_in() const {
        sys::Fd socket = connect();
        read_until(socket, "username: ");
        type(socket, "USERID\r\n");
        read_until(socket, "password: ");
        type(socket, "PASSW0RD\r\n");
        read_until(socket, "system> ");
        return socket;
    }
    std::string sol_state() const {
        const auto ran = sys::run({"snmpget", "-v", "1", "-c", "private", "-Oqv", "-m", "",
                                   chassis.address(), "1.3.6.1.4.1.2.3.51.2.4.10.2.1.1.5.3"},
                                  30s, {});
        return ran ? ran->output : to_string(ran.error());
    }

    snmp::RunningChassis chassis{{"--bay", "3=js21,on", "--telnet", "127.0.0.1:0"}};
    std::uint16_t port = 0;
};

TEST_F(ModuleShellDaemonTest, AStrangerIsThrownOutAndDoesNotSeeThePassword) {
    const sys::Fd socket = connect();
    std::string all;
    for (int i = 0; i < 3; ++i) {
        all += read_until(socket, "username: ");
        type(socket, "USERID\r");
        all += read_until(socket, "password: ");
        type(socket, "secret\r");
    }
    all += read_until(socket, "never");
    EXPECT_THAT(all, HasSubstr("Invalid login!\r\n<nothing more>"));
    EXPECT_THAT(all, Not(HasSubstr("secret")));
}

TEST_F(ModuleShellDaemonTest, TheConsoleIsEnteredLeftAndTakenOver) {
    const sys::Fd first = log_in();
    EXPECT_EQ(sol_state(), "1\n");
    type(first, "console -T system:blade[3]\r\n");
    read_until(first, "blade[3]\r\n");
    type(first, "hello\r\n");
    EXPECT_EQ(read_until(first, "\r\n"), "bay 3: hello\r\n");
    EXPECT_EQ(sol_state(), "2\n");
    const sys::Fd second = log_in();
    type(second, "console -T blade[3]\r\n");
    EXPECT_THAT(read_until(second, "system> "), HasSubstr("SOL session is already active\r\n"));
    type(second, "console -T blade[3] -o\r\n");
    EXPECT_EQ(read_until(first, "system> "), "\r\nsystem> ");
    type(second, "\x1bx\x1b(");
    EXPECT_THAT(read_until(second, "system> "), HasSubstr("\r\nsystem> "));
    EXPECT_EQ(sol_state(), "1\n");
    type(second, "exit\r\n");
    EXPECT_THAT(read_until(second, "never"), HasSubstr("<nothing more>"));
}

TEST_F(ModuleShellDaemonTest, TheConsoleEndsWithThePowerAndWithTheModule) {
    const sys::Fd socket = log_in();
    type(socket, "console -T blade[3]\r\n");
    read_until(socket, "blade[3]\r\n");
    chassis.tell("bay 3=js21");
    EXPECT_EQ(read_until(socket, "system> "), "\r\nsystem> ");
    type(socket, "console -T blade[3]\r\n");
    EXPECT_THAT(read_until(socket, "system> "), HasSubstr("SOL is not ready\r\n"));
    chassis.tell("reset");
    EXPECT_EQ(read_until(socket, "never"), "<nothing more>");
}

TEST(TrapDaemonTest, EventsAreSentAsTrapsOfTheVendorsEnterprise) {
    const auto receiver = sys::udp_socket().value();
    ASSERT_TRUE(sys::send_datagram(receiver, "x", {0x7f000001, 9}));  // gives it a port
    const auto port = sys::local_endpoint(receiver).value().port;
    snmp::RunningChassis chassis(
        {"--bay", "3=js20,name=db", "--trap", "127.0.0.1:" + std::to_string(port)});
    const auto next = [&] {
        std::array<char, 2000> buffer{};
        const auto came = sys::receive_datagram(receiver, buffer, sys::Deadline::in(20s));
        return std::string(buffer.data(), came ? came->size : 0);
    };
    const std::string enterprise = "\x2b\x06\x01\x04\x01\x02\x06\x81\x1e\x03";
    chassis.tell("bay 3=js20,name=db");
    EXPECT_THAT(next(), AllOf(HasSubstr(enterprise), HasSubstr("\x02\x01\x06\x02\x01\x22"),
                              HasSubstr("Blade installed."), HasSubstr("Blade_3")));
    chassis.tell("temperature 40");
    EXPECT_THAT(next(), AllOf(HasSubstr("\x02\x01\x06\x02\x01\x0c"), HasSubstr("40.00")));
    chassis.tell("temperature 39");  // still warm: no news
    chassis.tell("temperature 46");
    EXPECT_THAT(next(), HasSubstr(std::string("\x02\x01\x06\x02\x01\x00", 6)));
}

}  // namespace
}  // namespace dim::chassis
