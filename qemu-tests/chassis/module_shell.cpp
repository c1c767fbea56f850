#include "qemu-tests/chassis/module_shell.hpp"

#include "qemu-tests/chassis/module_command.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <utility>

namespace dim::chassis {

namespace {

constexpr char kEscape = '\x1b';
constexpr std::size_t kTypedLineLimit = 256;
constexpr std::size_t kSessionLimit = 20;

std::optional<sockaddr_in> address_of(const std::string& text) {
    const std::size_t colon = text.find(':');
    sockaddr_in address{};
    address.sin_family = AF_INET;
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    if (colon == std::string::npos ||
        ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1)
        return std::nullopt;
    const auto [last, error] = std::from_chars(text.data() + colon + 1, end, port);
    if (error != std::errc{} || last != end) return std::nullopt;
    address.sin_port = htons(port);
    return address;
}

}  // namespace

std::optional<std::uint16_t> ModuleShell::listen(const std::string& address) {
    auto wanted = address_of(address);
    if (!wanted) return std::nullopt;
    auto* const generic = reinterpret_cast<sockaddr*>(&*wanted);
    socklen_t size = sizeof *wanted;
    const int yes = 1;
    listener_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 8) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0)
        return std::nullopt;
    loop_.watch(listener_.get(), [this] { accept(); });
    return ntohs(wanted->sin_port);
}

void ModuleShell::accept() {
    Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket || sessions_.size() == kSessionLimit) return;
    Session& session = sessions_.emplace_back(std::move(socket));
    session.socket.send(telnet_greeting());
    print(session, "\r\nusername: ");
    loop_.watch(session.socket.get(), [this, &session] {
        read(session);
        remove_ended();
    });
}

void ModuleShell::read(Session& session) {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::recv(session.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size <= 0) {
        session.is_over = size == 0 || errno != EAGAIN;
        return;
    }
    const std::string typed = session.telnet.take({buffer.data(), static_cast<std::size_t>(size)});
    session.socket.send(session.telnet.take_answers());
    for (const char letter : typed) {
        if (session.is_over) return;
        if (session.stage == Stage::console) {
            take_at_console(session, letter);
        } else if (letter == '\r' || letter == '\n') {
            print(session, "\r\n");
            take_line(session);
        } else if (letter == '\x7f' || letter == '\b') {
            if (session.line.empty()) continue;
            session.line.pop_back();
            if (session.stage != Stage::password) print(session, "\b \b");
        } else if (session.line.size() < kTypedLineLimit) {
            session.line += letter;
            if (session.stage != Stage::password) print(session, {&letter, 1});
        }
    }
}

void ModuleShell::take_line(Session& session) {
    switch (session.stage) {
        case Stage::user:
            session.user = std::exchange(session.line, {});
            session.stage = Stage::password;
            print(session, "password: ");
            break;
        case Stage::password: log_in(session); break;
        case Stage::commands: run_command(session); break;
        case Stage::console: break;
    }
}

void ModuleShell::log_in(Session& session) {
    const std::string password = std::exchange(session.line, {});
    if (session.user == login_.user && password == login_.password) {
        session.stage = Stage::commands;
        print(session, "\r\nManagement Module (emulated)\r\n\r\n" + module_prompt(0));
        return;
    }
    print(session, "Invalid login!\r\n");
    session.is_over = ++session.failures == 3;
    session.stage = Stage::user;
    if (!session.is_over) print(session, "\r\nusername: ");
}

void ModuleShell::run_command(Session& session) {
    const auto result =
        run_module_command(std::exchange(session.line, {}), session.target, chassis_);
    print(session, result.text);
    session.is_over = result.is_over;
    if (result.console_bay) {
        begin_console(session, *result.console_bay);
    } else if (!session.is_over) {
        print(session, module_prompt(session.target));
    }
}

void ModuleShell::begin_console(Session& session, int bay) {
    end_console(bay);
    session.stage = Stage::console;
    session.console_bay = bay;
    session.has_escape = false;
    chassis_.at(bay)->has_sol_session = true;
    machines_.console(bay).set_session(
        [&session](std::string_view bytes) { print(session, bytes); });
}

void ModuleShell::take_at_console(Session& session, char letter) {
    if (std::exchange(session.has_escape, false)) {
        if (letter == '(') {
            leave_console(session);
            return;
        }
        machines_.console(session.console_bay).type(std::string_view(&kEscape, 1));
    }
    if (letter == kEscape) {
        session.has_escape = true;
    } else {
        machines_.console(session.console_bay).type({&letter, 1});
    }
}

void ModuleShell::leave_console(Session& session) {
    const int bay = std::exchange(session.console_bay, 0);
    machines_.console(bay).set_session(nullptr);
    if (chassis_.at(bay)) chassis_.at(bay)->has_sol_session = false;
    session.stage = Stage::commands;
    print(session, "\r\n" + module_prompt(session.target));
}

void ModuleShell::end_console(int bay) {
    for (Session& session : sessions_)
        if (session.stage == Stage::console && session.console_bay == bay) leave_console(session);
}

void ModuleShell::end_all() {
    for (Session& session : sessions_)
        session.is_over = true;
    remove_ended();
}

void ModuleShell::print(const Session& session, std::string_view text) {
    session.socket.send(telnet_escaped(text));
}

void ModuleShell::remove_ended() {
    for (auto at = sessions_.begin(); at != sessions_.end();) {
        if (!at->is_over) {
            ++at;
            continue;
        }
        if (at->stage == Stage::console) leave_console(*at);
        loop_.forget(at->socket.get());
        at = sessions_.erase(at);
    }
}

}  // namespace dim::chassis
