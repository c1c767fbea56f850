#include "libdim/model/master_source.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::model {

namespace {

constexpr std::string_view kSsh = "ssh://";
constexpr std::size_t kSourceBytes = 1024;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_word(std::string_view text, std::string_view others) {
    return !text.empty() && text.front() != '-' && std::ranges::all_of(text, [&](char c) {
        return is_letter_or_digit(c) || others.find(c) != others.npos;
    });
}

Error wrong_remote(std::string_view what, std::string_view text) {
    return Error(ErrorCode::invalid_input, std::string(what) + " in '" + printable(text, 100) + "'")
        .with_cure("write it as ssh://[USER@]HOST[:PORT][/PATH]");
}

Result<MasterSource::Remote> parse_remote(std::string_view text) {
    MasterSource::Remote remote;
    std::string_view rest = text.substr(kSsh.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    remote.path = slash == rest.size() ? "/" : std::string(rest.substr(slash));
    std::string_view machine = rest.substr(0, slash);
    if (const std::size_t at = machine.rfind('@'); at != machine.npos) {
        remote.user = machine.substr(0, at);
        machine.remove_prefix(at + 1);
        if (remote.user.contains(':')) {
            return fail(wrong_remote("a password", "ssh://…@" + std::string(machine))
                            .with_cure("give the server's root a key for that machine instead"));
        }
        if (!is_word(remote.user, "._-")) return fail(wrong_remote("no user's name", text));
    }
    std::size_t colon = machine.rfind(':');
    if (machine.starts_with('[')) {
        const std::size_t end = machine.find(']');
        if (end == machine.npos) return fail(wrong_remote("no ']'", text));
        if (end + 1 < machine.size() && machine[end + 1] != ':')
            return fail(wrong_remote("no port behind ']'", text));
        remote.host = machine.substr(1, end - 1);
        if (!is_word(remote.host, ":.%")) return fail(wrong_remote("no address", text));
        colon = end + 1 < machine.size() ? end + 1 : machine.npos;
    } else {
        remote.host = machine.substr(0, colon);
        if (!is_word(remote.host, "._-")) return fail(wrong_remote("no host's name", text));
    }
    if (colon == machine.npos) return remote;
    const auto port = parse_number<std::uint16_t>(machine.substr(colon + 1));
    if (!port || *port == 0) return fail(wrong_remote("no port", text));
    remote.port = *port;
    return remote;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Result<MasterSource> MasterSource::parse(std::string_view text) {
    if (text.size() > kSourceBytes)
        return fail(ErrorCode::limit_exceeded, "the source's name is too long");
    if (std::ranges::any_of(text, is_control))
        return fail(ErrorCode::invalid_input, "the source's name has a control character in it");
    MasterSource source;
    if (text.starts_with(kSsh)) {
        DIM_TRY(source.remote_, parse_remote(text));
        return source;
    }
    if (!text.starts_with('/')) {
        return fail(Error(ErrorCode::invalid_input,
                          "'" + printable(text, 100) + "' is neither an absolute path nor ssh://")
                        .with_cure("name a directory, a tar file or an OCI image from the server's "
                                   "root: /srv/masters/sles10"));
    }
    source.path_ = text;
    return source;
}

std::string to_string(const MasterSource& source) {
    if (!source.remote()) return source.path();
    const MasterSource::Remote& remote = *source.remote();
    std::string text(kSsh);
    if (!remote.user.empty()) text += remote.user + '@';
    text += remote.host.contains(':') ? '[' + remote.host + ']' : remote.host;
    if (remote.port) text += ':' + std::to_string(*remote.port);
    return text + remote.path;
}

}  // namespace dim::model
