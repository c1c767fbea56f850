#include "imageserver/master/remote_tree.hpp"

#include "imageserver/master/remote_machine.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/process.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <thread>
#include <utility>

namespace dim::server {

namespace {

using Remote = model::MasterSource::Remote;

constexpr std::size_t kAnswerBytes = std::size_t{4} << 20;
constexpr std::size_t kComplaintBytes = std::size_t{16} << 10;
constexpr std::size_t kNotes = 10;
constexpr std::chrono::seconds kPatience{5};
constexpr int kNoDirectory = 65;
constexpr int kSshFailed = 255;
constexpr int kTarWasUnsteady = 1;

/// What a program says on its standard error: its beginning is kept, the rest read and dropped.
class Complaints {
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

std::vector<std::string> ssh_words(const Remote& machine, const std::vector<std::string>& options) {
    std::vector<std::string> words{"ssh", "-T", "-x", "-a"};
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

std::string machine_name(const Remote& machine) {
    return (machine.user.empty() ? "" : machine.user + "@") + machine.host;
}

/// A running ssh.
class Session {
public:
    static Result<std::unique_ptr<Session>>
    start(const Remote& machine, const RemoteTree::Settings& settings, const std::string& script) {
        DIM_TRY(sys::Pipe output, sys::pipe());
        DIM_TRY(sys::Pipe errors, sys::pipe());
        std::vector<std::string> words = ssh_words(machine, settings.ssh_options);
        words.push_back(script);
        auto process = sys::spawn({.arguments = std::move(words),
                                   .standard_output = &output.write_end,
                                   .standard_error = &errors.write_end,
                                   .group = sys::ProcessGroup::own_group});
        if (!process) {
            return fail(std::move(process).error().with_context("ssh").with_cure(
                "install openssh-client on the image server"));
        }
        return std::unique_ptr<Session>(new Session(*std::move(process), std::move(output.read_end),
                                                    std::move(errors), machine_name(machine),
                                                    settings.silence));
    }
    ~Session() { static_cast<void>(end(true)); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// 0: nothing more comes. Errors: unavailable when it is silent for too long.
    Result<std::size_t> read(std::span<char> buffer) {
        if (!sys::poll(output_, sys::Readiness::readable, sys::Deadline::in(silence_))) {
            return fail(
                Error(ErrorCode::unavailable, machine_ + " has stopped answering")
                    .with_cure("look there at what 'tar' does: a disk or a file system of another "
                               "machine that hangs stops it; '--exclude' leaves it out"));
        }
        return sys::read(output_, buffer);
    }
    /// How it ended; KILLS it unless it has come to its end.
    Result<sys::ExitStatus> end(bool kills) {
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
    std::string complaints() { return complaints_.text(); }

private:
    Session(sys::Process process, sys::Fd output, sys::Pipe errors, std::string machine,
            std::chrono::milliseconds silence)
        : process_(std::move(process)),
          output_(std::move(output)),
          machine_(std::move(machine)),
          silence_(silence),
          complaints_(std::move(errors.read_end)) {}
    bool ends_in(std::chrono::milliseconds time) {
        const auto ended = process_.wait(sys::Deadline::in(time));
        if (ended) status_ = *ended;
        return ended.has_value();
    }
    sys::Process process_;
    sys::Fd output_;
    std::string machine_;
    std::chrono::milliseconds silence_;
    Complaints complaints_;
    std::optional<sys::ExitStatus> status_;
};

/// What ssh itself failed of: its exit code is 255.
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

Result<std::string> read_answer(Session& session) {
    std::string answer;
    std::array<char, 4096> buffer{};
    for (;;) {
        DIM_TRY(const std::size_t count, session.read(buffer));
        if (count == 0) return answer;
        if (answer.size() + count > kAnswerBytes)
            return fail(ErrorCode::limit_exceeded, "the machine's answer is too long");
        answer.append(buffer.data(), count);
    }
}

Result<RemoteMachine> ask(const Remote& machine, const RemoteTree::Settings& settings) {
    DIM_TRY(const auto session, Session::start(machine, settings, question(machine.path)));
    const auto answer = read_answer(*session);
    DIM_TRY(const sys::ExitStatus status, session->end(!answer));
    if (!answer) return fail(answer.error());
    if (status.code == kSshFailed) return fail(explain_ssh(machine, session->complaints()));
    if (status.code == kNoDirectory) {
        return fail(ErrorCode::not_found,
                    machine_name(machine) + ": " + printable(trim(session->complaints()), 200));
    }
    DIM_TRY(RemoteMachine told, parse_answer(*answer));
    if (!told.is_root) {
        return fail(Error(ErrorCode::permission_denied,
                          machine_name(machine) + ": only its root can read all of it")
                        .with_cure("ssh://root@" + machine.host + machine.path));
    }
    return told;
}

/// The lines, without those that tell nothing.
std::vector<std::string> notes_of(const std::string& complaints) {
    std::vector<std::string> notes;
    std::size_t more = 0;
    for (const std::string_view line : split(complaints, '\n')) {
        if (trim(line).empty() || line.contains("socket ignored") ||
            line.contains("Exiting with failure"))
            continue;
        if (notes.size() == kNotes) {
            ++more;
        } else {
            notes.push_back(printable(trim(line), 200));
        }
    }
    if (more != 0) notes.push_back("and " + std::to_string(more) + " more of these");
    return notes;
}

}  // namespace

struct RemoteTree::State {
    Remote machine;
    std::uint64_t used = 0;
    std::unique_ptr<Session> session;
    std::function<void(std::uint64_t)> progress;
    std::uint64_t count = 0;
    bool has_ended = false;
};

RemoteTree::RemoteTree(std::unique_ptr<State> state) : state_(std::move(state)) {}
RemoteTree::RemoteTree(RemoteTree&&) noexcept = default;
RemoteTree::~RemoteTree() = default;

Result<RemoteTree> RemoteTree::open(const Remote& machine, const Settings& settings) {
    DIM_TRY(const RemoteMachine told, ask(machine, settings));
    const std::vector<std::string> parts = parts_of_tree(told, settings.one_file_system);
    DIM_TRY(const std::string script, transfer(told, parts, settings.exclude));
    auto state = std::make_unique<State>();
    state->machine = machine;
    state->used = server::used_bytes(told, parts);
    DIM_TRY(state->session, Session::start(machine, settings, script));
    return RemoteTree(std::move(state));
}

std::uint64_t RemoteTree::used_bytes() const { return state_->used; }

void RemoteTree::on_progress(std::function<void(std::uint64_t)> progress) {
    state_->progress = std::move(progress);
}

Result<std::size_t> RemoteTree::read(std::span<char> buffer) {
    DIM_TRY(const std::size_t count, state_->session->read(buffer));
    state_->count += count;
    state_->has_ended = count == 0;
    if (state_->progress) state_->progress(state_->count);
    return count;
}

Result<std::vector<std::string>> RemoteTree::finish(const Result<void>& unpacked) {
    // It still writes what nobody wants.
    const bool was_killed = !state_->has_ended;
    DIM_TRY(const sys::ExitStatus status, state_->session->end(was_killed));
    const std::string complaints = state_->session->complaints();
    if (!was_killed && status.code == kSshFailed)
        return fail(explain_ssh(state_->machine, complaints));
    if (!was_killed && status.code > kTarWasUnsteady) {
        return fail(ErrorCode::io, "tar on " + machine_name(state_->machine) + ": " +
                                       printable(trim(complaints), 500));
    }
    if (!unpacked) return fail(unpacked.error());
    if (was_killed || status.signal != 0)
        return fail(ErrorCode::unavailable,
                    "ssh to " + machine_name(state_->machine) + " ended before the end");
    return notes_of(complaints);
}

}  // namespace dim::server
