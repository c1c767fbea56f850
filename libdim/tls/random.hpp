#pragma once

#include "libdim/base/result.hpp"

#include <memory>

namespace dim::tls {

/// The process's generator of random numbers: a CTR-DRBG seeded from the kernel. One per process,
/// passed to whoever needs it; it outlives all of them.
class [[nodiscard]] Random {
public:
    static Result<Random> create();
    Random(Random&&) noexcept;
    Random& operator=(Random&&) noexcept;
    ~Random();

    /// For this library's own sources: the context that mbedTLS's callback takes.
    void* context() const;

private:
    struct State;
    explicit Random(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::tls
