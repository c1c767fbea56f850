#include "imageserver/master/remote_tree.hpp"

#include "libdim/base/text.hpp"

#include <array>
#include <utility>

namespace dim::server {

namespace {

using Remote = model::MasterSource::Remote;

constexpr std::size_t kAnswerBytes = std::size_t{4} << 20;
constexpr std::size_t kListPiece = std::size_t{256} << 10;
constexpr std::size_t kNotes = 10;
constexpr int kNoDirectory = 65;
constexpr int kTarWasUnsteady = 1;
constexpr int kFindComplained = 1;
constexpr std::string_view kVanished = ": No such file or directory";

Result<std::string> read_answer(RemoteSession& session) {
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

Result<RemoteMachine> ask(const Remote& machine, const RemoteSession::Settings& settings) {
    DIM_TRY(const auto session,
            RemoteSession::start(machine, settings, {.script = question(machine.path)}));
    const auto answer = read_answer(*session);
    DIM_TRY(const sys::ExitStatus status, session->end(!answer));
    if (!answer) return fail(answer.error());
    if (status.code == RemoteSession::kSshFailed)
        return fail(explain_ssh(machine, session->complaints()));
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

bool tells_nothing(std::string_view line) {
    return trim(line).empty() || line.contains("socket ignored") ||
           line.contains("Exiting with failure");
}

/// The lines, without those that tell nothing.
std::vector<std::string> notes_of(const std::string& complaints, RemoteTar::Vanished vanished) {
    std::vector<std::string> notes;
    std::size_t more = 0;
    for (const std::string_view line : split(complaints, '\n')) {
        const bool is_counted =
            vanished == RemoteTar::Vanished::counted && line.ends_with(kVanished);
        if (tells_nothing(line) || is_counted) continue;
        if (notes.size() == kNotes) {
            ++more;
        } else {
            notes.push_back(printable(trim(line), 200));
        }
    }
    if (more != 0) notes.push_back("and " + std::to_string(more) + " more of these");
    return notes;
}

/// What tar complains of without failing.
bool does_not_fail(std::string_view line) {
    return line.ends_with(": file changed as we read it") || line.contains(": File shrank by ") ||
           line.contains(": Warning: ");
}

/// How many names went away while find or tar looked at them, when that is all that they complain
/// of; none: there is something else, or perhaps.
std::optional<std::uint64_t> vanished_names(const std::string& complaints) {
    if (complaints.size() >= RemoteSession::kComplaintBytes) return std::nullopt;
    std::uint64_t vanished = 0;
    for (const std::string_view line : split(complaints, '\n')) {
        if (tells_nothing(line) || does_not_fail(line)) continue;
        if (!line.ends_with(kVanished) && !line.ends_with(": File removed before we read it"))
            return std::nullopt;
        ++vanished;
    }
    return vanished;
}

std::string why_not(const std::string& machine, std::string_view complaints) {
    complaints = trim(complaints);
    return "find on " + machine +
           (complaints.empty()
                ? " failed"
                : ": " + printable(complaints.substr(0, complaints.find('\n')), 200));
}

Result<void> read_list(RemoteSession& session, ListReader& reader, const Progress& progress) {
    const auto buffer = std::make_unique<std::array<char, kListPiece>>();
    for (;;) {
        DIM_TRY(const std::size_t count, session.read(*buffer));
        if (count == 0) return {};
        DIM_CHECK(reader.feed({buffer->data(), count}));
        progress("list what is there", reader.count(), 0);
    }
}

}  // namespace

struct RemoteTree::State {
    Remote machine;
    Settings settings;
    RemoteMachine told;
    std::vector<std::string> parts;

    RemoteSession::Settings session() const {
        return {.ssh_options = settings.ssh_options, .silence = settings.silence};
    }
};

RemoteTree::RemoteTree(std::unique_ptr<State> state) : state_(std::move(state)) {}
RemoteTree::RemoteTree(RemoteTree&&) noexcept = default;
RemoteTree::~RemoteTree() = default;

Result<RemoteTree> RemoteTree::open(const Remote& machine, Settings settings) {
    auto state = std::make_unique<State>();
    state->machine = machine;
    state->settings = std::move(settings);
    DIM_TRY(state->told, ask(machine, state->session()));
    state->parts = parts_of_tree(state->told, state->settings.one_file_system);
    return RemoteTree(std::move(state));
}

bool RemoteTree::can_list() const { return server::can_list(state_->told); }

Result<RemoteTree::Listing> RemoteTree::list(const sys::TreeFilter& filter,
                                             const Progress& progress) const {
    const State& state = *state_;
    DIM_TRY(const auto session, RemoteSession::start(state.machine, state.session(),
                                                     {.script = listing(state.told, state.parts,
                                                                        state.settings.exclude),
                                                      .is_compressed = true}));
    ListReader reader({});
    const Result<void> read = read_list(*session, reader, progress);
    DIM_TRY(const sys::ExitStatus status, session->end(!read));
    if (!read && read.error().code() == ErrorCode::limit_exceeded)
        return Listing{.list = {}, .why_none = read.error().message()};
    if (!read) return fail(read.error());
    const std::string complaints = session->complaints();
    if (status.code == RemoteSession::kSshFailed)
        return fail(explain_ssh(state.machine, complaints));
    const int found = reader.status().value_or(0);
    if (found > kFindComplained || (found != 0 && !vanished_names(complaints)))
        return Listing{.list = {}, .why_none = why_not(machine_name(state.machine), complaints)};
    DIM_TRY(MachineList list, std::move(reader).finish(filter));
    return Listing{.list = std::move(list)};
}

Result<RemoteTar> RemoteTree::all() const {
    DIM_TRY(std::string script, transfer(state_->told, state_->parts, state_->settings.exclude));
    DIM_TRY(auto session, RemoteSession::start(state_->machine, state_->session(),
                                               {.script = std::move(script)}));
    return RemoteTar(state_->machine, std::move(session),
                     {.expected = used_bytes(state_->told, state_->parts)});
}

Result<RemoteTar> RemoteTree::some(const sys::Fd& names, RemoteTar::Size size) const {
    DIM_TRY(std::string script, transfer_of_some(state_->told));
    DIM_TRY(auto session, RemoteSession::start(state_->machine, state_->session(),
                                               {.script = std::move(script), .input = &names}));
    return RemoteTar(state_->machine, std::move(session), size, RemoteTar::Vanished::counted);
}

Result<std::size_t> RemoteTar::read(std::span<char> buffer) {
    DIM_TRY(const std::size_t count, session_->read(buffer));
    count_ += count;
    if (count_ > size_.most) {
        return fail(Error(ErrorCode::limit_exceeded,
                          machine_name(machine_) + " sends far more than what was asked for")
                        .with_cure("try again: its files may have grown meanwhile"));
    }
    has_ended_ = has_ended_ || count == 0;
    if (progress_) progress_(count_);
    return count;
}

Result<RemoteTar::Ended> RemoteTar::finish(const Result<void>& unpacked) {
    // It still writes what nobody wants.
    const bool was_killed = !has_ended_;
    DIM_TRY(const sys::ExitStatus status, session_->end(was_killed));
    const std::string complaints = session_->complaints();
    if (!was_killed && status.code == RemoteSession::kSshFailed)
        return fail(explain_ssh(machine_, complaints));
    const auto vanished = vanished_ == Vanished::counted ? vanished_names(complaints)
                                                         : std::optional<std::uint64_t>();
    if (!was_killed && status.code > kTarWasUnsteady && !vanished) {
        return fail(ErrorCode::io,
                    "tar on " + machine_name(machine_) + ": " + printable(trim(complaints), 500));
    }
    if (!unpacked) return fail(unpacked.error());
    if (was_killed || status.signal != 0)
        return fail(ErrorCode::unavailable,
                    "ssh to " + machine_name(machine_) + " ended before the end");
    return Ended{.notes = notes_of(complaints, vanished_), .vanished = vanished.value_or(0)};
}

}  // namespace dim::server
