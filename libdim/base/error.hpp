#pragma once

#include <string>
#include <string_view>

namespace dim {

/// What kind of failure, so that code can decide; people read Error::message.
enum class ErrorCode {
    invalid_input,      ///< malformed or out of range
    not_found,          ///< the named thing does not exist
    already_exists,     ///< the named thing exists and must not
    conflict,           ///< not possible in the present state
    permission_denied,  ///< the caller may not
    limit_exceeded,     ///< larger or more than a named limit
    timed_out,          ///< no answer within the time given
    unavailable,        ///< the other side cannot be reached or is not ready; a retry may help
    io,                 ///< the kernel or a device refused
    internal,           ///< a bug of ours
};

std::string_view to_string(ErrorCode code);

/// A failure on its way to the edge that reports it: one kind, one sentence, and what to do about
/// it.
class [[nodiscard]] Error {
public:
    Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

    /// "WHAT: strerror(number)", with the kind that fits the number (ENOENT is not_found, …).
    static Error from_errno(int number, std::string_view what);

    ErrorCode code() const { return code_; }
    const std::string& message() const { return message_; }
    /// What the administrator can do; empty when nobody knows.
    const std::string& cure() const { return cure_; }
    /// The errno behind it; 0 when there is none.
    int system_errno() const { return errno_; }

    /// The same error with "CONTEXT: " before its message.
    Error with_context(std::string_view context) &&;
    Error with_cure(std::string cure) &&;
    /// The same with this cure, unless it has one.
    Error with_default_cure(std::string cure) &&;

    bool operator==(const Error&) const = default;

private:
    ErrorCode code_;
    int errno_ = 0;
    std::string message_;
    std::string cure_;
};

/// "message" or "message (cure)": the line a program prints for people.
std::string to_string(const Error& error);

}  // namespace dim
