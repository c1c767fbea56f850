#pragma once

#include "qemu-tests/chassis/descriptor.hpp"
#include "qemu-tests/chassis/machines.hpp"
#include "qemu-tests/chassis/telnet.hpp"

#include <cstdint>
#include <list>
#include <string>

namespace dim::chassis {

/// Who may log in.
struct Login {
    std::string user = "USERID";
    std::string password = "PASSW0RD";
};

/// The module's command line over telnet, where serial over LAN is.
class ModuleShell {
public:
    ModuleShell(Loop& loop, Chassis& chassis, Machines& machines, Login login)
        : loop_(loop), chassis_(chassis), machines_(machines), login_(std::move(login)) {}

    /// The port; nothing when ADDRESS ("127.0.0.1:0") cannot be bound.
    std::optional<std::uint16_t> listen(const std::string& address);
    /// The session of serial over LAN at BAY ends, if there is one.
    void end_console(int bay);
    /// Everyone is thrown out.
    void end_all();

private:
    enum class Stage { user, password, commands, console };
    struct Session {
        Descriptor socket;
        TelnetReader telnet = {};
        Stage stage = Stage::user;
        std::string line = {};
        std::string user = {};
        int failures = 0;
        int target = 0;
        int console_bay = 0;
        bool has_escape = false;  ///< typed at a console, and not passed on yet
        bool is_over = false;
    };
    void accept();
    void read(Session& session);
    void take_line(Session& session);
    void log_in(Session& session);
    void run_command(Session& session);
    void take_at_console(Session& session, char letter);
    void begin_console(Session& session, int bay);
    void leave_console(Session& session);
    static void print(const Session& session, std::string_view text);
    void remove_ended();

    Loop& loop_;
    Chassis& chassis_;
    Machines& machines_;
    Login login_;
    Descriptor listener_;
    std::list<Session> sessions_;
};

}  // namespace dim::chassis
