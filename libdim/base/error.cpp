#include "libdim/base/error.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace dim {

namespace {

ErrorCode code_for(int number) {
    switch (number) {
        case ENOENT:
        case ENODEV:
        case ENXIO: return ErrorCode::not_found;
        case EEXIST: return ErrorCode::already_exists;
        case EACCES:
        case EPERM:
        case EROFS: return ErrorCode::permission_denied;
        case EINVAL:
        case ENAMETOOLONG: return ErrorCode::invalid_input;
        case ETIMEDOUT: return ErrorCode::timed_out;
        case ECONNREFUSED:
        case ECONNRESET:
        case EHOSTUNREACH:
        case ENETUNREACH:
        case EPIPE:
        case EAGAIN: return ErrorCode::unavailable;
        case EBUSY: return ErrorCode::conflict;
        case ENOSPC:
        case EDQUOT:
        case EMFILE:
        case ENFILE: return ErrorCode::limit_exceeded;
        default: return ErrorCode::io;
    }
}

}  // namespace

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_input: return "invalid-input";
        case ErrorCode::not_found: return "not-found";
        case ErrorCode::already_exists: return "already-exists";
        case ErrorCode::conflict: return "conflict";
        case ErrorCode::permission_denied: return "permission-denied";
        case ErrorCode::limit_exceeded: return "limit-exceeded";
        case ErrorCode::timed_out: return "timed-out";
        case ErrorCode::unavailable: return "unavailable";
        case ErrorCode::io: return "io";
        case ErrorCode::internal: return "internal";
    }
    std::unreachable();
}

Error Error::from_errno(int number, std::string_view what) {
    Error error(code_for(number),
                std::string(what) + ": " + std::generic_category().message(number));
    error.errno_ = number;
    return error;
}

Error Error::with_context(std::string_view context) && {
    message_.insert(0, ": ").insert(0, context);
    return std::move(*this);
}

Error Error::with_cure(std::string cure) && {
    cure_ = std::move(cure);
    return std::move(*this);
}

Error Error::with_default_cure(std::string cure) && {
    if (cure_.empty()) cure_ = std::move(cure);
    return std::move(*this);
}

std::string to_string(const Error& error) {
    if (error.cure().empty()) return error.message();
    return error.message() + " (" + error.cure() + ")";
}

}  // namespace dim
