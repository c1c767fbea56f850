#include "libdim/sys/socket.hpp"
#include "libdim/testing/fuzz.hpp"
#include "libdim/tls/session_link.hpp"

#include <array>

namespace dim::tls {
namespace {

testing::Goal refused("bytes that are no TLS, refused in the first step");
testing::Goal broken_off("a handshake that an edit broke off");
testing::Goal
    carried("a handshake that came to its end, and what the client wrote read by the server");
testing::Goal after("an edit of what follows the handshake");

constexpr std::string_view kWritten = "POST /v1/agent/boots HTTP/1.1\r\n\r\n";

/// A client's byte on its way to the server that becomes another.
struct Edit {
    std::size_t place = 0;
    unsigned char mask = 0;
};

struct Pair {
    sys::Fd ours;
    sys::Fd theirs;
};
Pair make_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        std::abort();
    return {sys::Fd(ends[0]), sys::Fd(ends[1])};
}

std::string take_all(const sys::Fd& socket) {
    std::string bytes(16 * 1024, '\0');
    const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
}

/// What both sides share; made once, since keys are dear.
struct Settings {
    Authority authority = make_authority();
    Identity identity = issue(authority);
    ServerSettings server =
        ServerSettings::create(random_numbers(), identity.certificate_pem, identity.key_pem)
            .value();
    ClientSettings client =
        ClientSettings::create(random_numbers(), authority.certificate_pem()).value();
};
const Settings& settings() {
    static const Settings made;
    return made;
}

/// A server that somebody in the middle talks to.
class Attacked {
public:
    /// Steps the server until it wants more; what it has read is checked.
    void step() {
        while (!is_broken_ && !is_done_) {
            const auto progress = server_.handshake();
            is_broken_ = !progress;
            is_done_ = progress == Progress::done;
            if (!is_done_) return;
        }
        std::array<char, 256> buffer;
        while (!is_broken_) {
            const auto transfer = server_.read(buffer);
            is_broken_ = !transfer;
            if (!transfer || transfer->progress != Progress::done || transfer->size == 0) return;
            read_.append(buffer.data(), transfer->size);
        }
    }
    void send(std::string_view bytes) {
        (void)::send(wire_.ours.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    std::string answer() { return take_all(wire_.ours); }
    bool is_broken() const { return is_broken_; }
    bool is_done() const { return is_done_; }
    const std::string& read() const { return read_; }

private:
    Pair wire_ = make_pair();
    Session server_ = Session::accept(settings().server, wire_.theirs).value();
    bool is_done_ = false;
    bool is_broken_ = false;
    std::string read_;
};

/// The bytes alone, in two pieces.
void attack_raw(std::string_view bytes) {
    Attacked server;
    const std::size_t half = bytes.size() / 2;
    for (const std::string_view piece : {bytes.substr(0, half), bytes.substr(half)}) {
        server.send(piece);
        server.step();
    }
    if (server.is_done()) std::abort();
    if (server.is_broken()) refused.reach();
}

/// A real client's handshake and message, with edits.
void attack_edited(std::span<const Edit> edits) {
    Attacked server;
    Pair wire = make_pair();
    Session client = Session::connect(settings().client, kName, wire.theirs).value();
    bool is_client_done = false;
    bool has_written = false;
    std::size_t sent = 0;
    bool is_edited = false;
    for (int round = 0; round < 12 && !server.is_broken(); ++round) {
        if (!is_client_done) {
            const auto progress = client.handshake();
            if (!progress) break;
            is_client_done = progress == Progress::done;
        }
        if (is_client_done && !has_written) has_written = client.write(kWritten).has_value();
        std::string bytes = take_all(wire.ours);
        for (const Edit& edit : edits) {
            if (edit.place < sent || edit.place >= sent + bytes.size() || edit.mask == 0) continue;
            bytes[edit.place - sent] = static_cast<char>(bytes[edit.place - sent] ^ edit.mask);
            is_edited = true;
            if (server.is_done()) after.reach();
        }
        sent += bytes.size();
        server.send(bytes);
        server.step();
        const std::string answer = server.answer();
        (void)::send(wire.ours.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
    // Never anything that the client has not written.
    if (!kWritten.starts_with(server.read())) std::abort();
    if (!is_edited && server.read() != kWritten) std::abort();
    if (server.read() == kWritten) carried.reach();
    if (is_edited && !server.is_done()) broken_off.reach();
}

}  // namespace
}  // namespace dim::tls

/// 'r' and the bytes, or 'e' and edits: each a place of two bytes and a mask.
dim::testing::Seeds dim::testing::fuzz_seeds() {
    using namespace std::string_literals;
    const std::string hello = "\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03"s +
                              std::string(32, 'r') + "\x00\x00\x02\xc0\x2b\x01\x00"s;
    return {{"http", "rGET / HTTP/1.1\r\nHost: dim\r\n\r\n"},
            {"hello", "r" + hello},
            {"alert", "r\x15\x03\x03\x00\x02\x02\x30"s},
            {"untouched", "e"},
            {"hello-edited", "e\x00\x0c\x01"s},
            {"key-edited", "e\x01\x00\x40"s},
            {"message-edited", "e\x01\x80\x01\x01\x70\x01\x01\x60\x01\x01\x90\x01"s}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace dim::tls;
    if (size == 0) return 0;
    const std::string_view rest = dim::testing::text_of(data, size).substr(1);
    if (data[0] != 'e') {
        attack_raw(rest);
        return 0;
    }
    std::vector<Edit> edits;
    for (std::size_t i = 0; i + 2 < rest.size() && edits.size() < 32; i += 3)
        edits.push_back({std::size_t{data[i + 1]} * 256 + data[i + 2], data[i + 3]});
    attack_edited(edits);
    return 0;
}
