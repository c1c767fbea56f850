#pragma once

#include "libdim/base/result.hpp"

#include <utility>

namespace dim::sys {

/// The one owner of a file descriptor.
class [[nodiscard]] Fd {
public:
    Fd() = default;
    explicit Fd(int number) : number_(number) {}
    Fd(Fd&& other) noexcept : number_(other.release()) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = other.release();
        }
        return *this;
    }
    ~Fd() { reset(); }

    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    /// Gives the number away; this is empty afterwards.
    [[nodiscard]] int release() { return std::exchange(number_, -1); }
    /// Closes, ignoring errors.
    void reset();

private:
    int number_ = -1;
};

struct [[nodiscard]] Pipe {
    Fd read_end;
    Fd write_end;
};

Result<Pipe> pipe();
/// Another descriptor of the same open file, closed on exec like all of ours.
Result<Fd> dup(const Fd& fd);
Result<void> set_nonblocking(const Fd& fd);

}  // namespace dim::sys
