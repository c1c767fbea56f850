#include "imageserver/look/asked_path.hpp"

#include "libdim/api/limits.hpp"
#include "libdim/base/text.hpp"
#include "libdim/manifest/escaped_text.hpp"

namespace dim::server {

namespace {

int digit_of(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    return -1;
}

std::string with_escapes_resolved(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_escape = text[i] == '\\' && i + 2 < text.size() &&
                               digit_of(text[i + 1]) >= 0 && digit_of(text[i + 2]) >= 0;
        bytes += is_escape ? static_cast<char>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2]))
                           : text[i];
        if (is_escape) i += 2;
    }
    return bytes;
}

}  // namespace

Result<std::string> parse_asked_path(std::string_view text) {
    const std::string bytes = with_escapes_resolved(text);
    if (bytes.size() > api::limits::kTreePathBytes)
        return fail(ErrorCode::limit_exceeded, "the path is too long");
    if (!bytes.starts_with('/') || bytes.contains('\0'))
        return fail(Error(ErrorCode::invalid_input, "'" + printable(text, 200) + "' is no path")
                        .with_cure("name the file as the blade sees it: /etc/motd"));
    std::string path;
    for (const std::string_view name : split(bytes, '/')) {
        if (name.empty() || name == ".") continue;
        if (name == "..")
            return fail(
                Error(ErrorCode::invalid_input, "'" + printable(text, 200) + "' has '..' in it")
                    .with_cure("name the file without going up"));
        path.append(path.empty() ? "" : "/").append(name);
    }
    return path;
}

std::string asked_path_text(std::string_view path) { return "/" + manifest::escape(path); }

}  // namespace dim::server
