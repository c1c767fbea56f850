#pragma once

#include "libdim/base/result.hpp"
#include "libdim/tls/sha256.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dim::changeset {

/// So much of a content is in memory at once, in bytes.
inline constexpr std::size_t kPiece = std::size_t{128} << 10;

/// How a changeset carries the content of a file.
enum class Form {
    whole,  ///< its bytes follow
    same,   ///< it is that of a file of the older tree
    delta,  ///< what makes it of a file of the older tree follows
};

/// What stands before each content.
struct Content {
    tls::Sha256Digest sha256{};  ///< of the content
    std::uint64_t size = 0;      ///< of the content
    Form form = Form::whole;
    std::uint64_t bytes = 0;  ///< that follow
    std::string path;         ///< in the older tree; empty for a whole one

    bool operator==(const Content&) const = default;
};

/// "=content SHA256 SIZE FORM BYTES PATH": a line without its end, the path escaped; "." for none.
std::string to_line(const Content& content);
/// Errors: invalid_input for what to_line does not write.
Result<Content> parse_content(std::string_view line);

/// How much a changeset carries.
struct Amounts {
    std::uint64_t whole = 0;          ///< contents in full
    std::uint64_t deltas = 0;         ///< contents as what makes them of others
    std::uint64_t same = 0;           ///< contents that are in the older tree: copied or renamed
    std::uint64_t content_bytes = 0;  ///< of all of these
    std::uint64_t bytes = 0;          ///< that it carries of them, not compressed

    bool operator==(const Amounts&) const = default;
};
Amounts amounts_of(std::span<const Content> contents);

}  // namespace dim::changeset
