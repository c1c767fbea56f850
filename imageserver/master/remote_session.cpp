#include "imageserver/master/remote_session.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>
#include <utility>

namespace dim::server {

namespace {

using Remote = model::MasterSource::Remote;

constexpr std::chrono::seconds kPatience{5};

std::vector<std::string> ssh_words(const Remote& machine, const std::vector<std::string>& options,
                                   bool is_compressed) {
    std::vector<std::string> words{"ssh", "-T", "-x", "-a"};
    if (is_compressed) words.emplace_back("-C");
    words.insert(words.end(), options.begin(), options.end());
    // Nobody is asked; no connection of somebody else is used, nor kept open behind us.
    for (const char* option :
         {"BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=20",
          "ServerAliveInterval=15", "ServerAliveCountMax=4", "ControlMaster=no", "ControlPath=none",
          "ClearAllForwardings=yes", "LogLevel=ERROR", "EscapeChar=none"}) {
        words.emplace_back("-o");
        words.emplace_back(option);
    }
    if (machine.port) words.insert(words.end(), {"-p", std::to_string(*machine.port)});
    if (!machine.user.empty()) words.insert(words.end(), {"-l", machine.user});
    words.insert(words.end(), {"--", machine.host});
    return words;
}

}  // namespace

/// What a program says on its standard error: its beginning is kept, the rest read and dropped.
class RemoteSession::Complaints {
public:
    explicit Complaints(sys::Fd end) : end_(std::move(end)), reader_([this] { read(); }) {}
    /// Once all who could write have ended.
    std::string text() {
        if (reader_.joinable()) reader_.join();
        return text_;
    }
    ~Complaints() {
        if (reader_.joinable()) reader_.join();
    }
    Complaints(const Complaints&) = delete;
    Complaints& operator=(const Complaints&) = delete;

private:
    void read() {
        std::array<char, 4096> buffer{};
        for (;;) {
            const auto count = sys::read(end_, buffer);
            if (!count || *count == 0) return;
            text_.append(buffer.data(), std::min(*count, kComplaintBytes - text_.size()));
        }
    }
    sys::Fd end_;
    std::string text_;
    std::thread reader_;
};

Result<std::unique_ptr<RemoteSession>>
RemoteSession::start(const Remote& machine, const Settings& settings, const Work& work) {
    DIM_TRY(sys::Pipe output, sys::pipe());
    DIM_TRY(sys::Pipe errors, sys::pipe());
    std::vector<std::string> words = ssh_words(machine, settings.ssh_options, work.is_compressed);
    words.push_back(work.script);
    auto process = sys::spawn({.arguments = std::move(words),
                               .standard_input = work.input,
                               .standard_output = &output.write_end,
                               .standard_error = &errors.write_end,
                               .group = sys::ProcessGroup::own_group});
    if (!process) {
        return fail(std::move(process).error().with_context("ssh").with_cure(
            "install openssh-client on the image server"));
    }
    return std::unique_ptr<RemoteSession>(
        new RemoteSession(*std::move(process), std::move(output.read_end), std::move(errors),
                          machine_name(machine), settings.silence));
}

RemoteSession::RemoteSession(sys::Process process, sys::Fd output, sys::Pipe errors,
                             std::string machine, std::chrono::milliseconds silence)
    : process_(std::move(process)),
      output_(std::move(output)),
      machine_(std::move(machine)),
      silence_(silence),
      complaints_(std::make_unique<Complaints>(std::move(errors.read_end))) {}

RemoteSession::~RemoteSession() { static_cast<void>(end(true)); }

Result<std::size_t> RemoteSession::read(std::span<char> buffer) {
    if (!sys::poll(output_, sys::Readiness::readable, sys::Deadline::in(silence_))) {
        return fail(Error(ErrorCode::unavailable, machine_ + " has stopped answering")
                        .with_cure("look there at what 'tar' or 'find' does: a disk or a file "
                                   "system of another machine that hangs stops it; '--exclude' "
                                   "leaves it out"));
    }
    return sys::read(output_, buffer);
}

bool RemoteSession::ends_in(std::chrono::milliseconds time) {
    const auto ended = process_.wait(sys::Deadline::in(time));
    if (ended) status_ = *ended;
    return ended.has_value();
}

Result<sys::ExitStatus> RemoteSession::end(bool kills) {
    if (status_) return *status_;
    output_.reset();
    if (!kills && ends_in(silence_)) return *status_;
    // So it ends what it started, too.
    static_cast<void>(process_.kill(SIGTERM));
    if (ends_in(kPatience)) return *status_;
    static_cast<void>(process_.kill(SIGKILL));
    DIM_TRY(status_, process_.wait(sys::Deadline::never()));
    return *status_;
}

std::string RemoteSession::complaints() { return complaints_->text(); }

std::string machine_name(const Remote& machine) {
    return (machine.user.empty() ? "" : machine.user + "@") + machine.host;
}

Error explain_ssh(const Remote& machine, const std::string& complaints) {
    const std::string name = machine_name(machine);
    const auto says = [&](std::string_view words) { return complaints.contains(words); };
    const std::string port = machine.port ? " -p " + std::to_string(*machine.port) : "";
    const std::string known =
        machine.port ? "[" + machine.host + "]:" + std::to_string(*machine.port) : machine.host;
    const std::string told = name + ": " + printable(trim(complaints), 300);
    if (says("IDENTIFICATION HAS CHANGED")) {
        return Error(ErrorCode::permission_denied, name + ": its key is not the one that is known")
            .with_cure("find out why; when it is right: 'ssh-keygen -R " + known +
                       "' as root on the image server, then 'ssh" + port + " " + name + "' once");
    }
    if (says("Host key verification failed") || says("host key is known")) {
        return Error(ErrorCode::permission_denied, told)
            .with_cure("as root on the image server: 'ssh" + port + " " + name +
                       "' once, and compare the machine's fingerprint; it is kept in "
                       "~/.ssh/known_hosts");
    }
    if (says("Permission denied")) {
        return Error(ErrorCode::permission_denied, told)
            .with_cure("give root of the image server a key for it that needs no password: "
                       "'ssh-copy-id" +
                       port + " " + name + "'");
    }
    return Error(ErrorCode::unavailable, told)
        .with_cure("is it on, and does its sshd run? Try 'ssh" + port + " " + name +
                   "' as root on the image server");
}

}  // namespace dim::server
