#include "libdim/tls/random.hpp"

#include "libdim/sys/random.hpp"
#include "libdim/tls/mbedtls_error.hpp"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>

namespace dim::tls {

namespace {

int kernel_entropy(void* /*unused*/, unsigned char* output, std::size_t size) {
    return sys::getrandom({output, size}) ? 0 : MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
}

}  // namespace

struct Random::State {
    State() { mbedtls_ctr_drbg_init(&generator); }
    ~State() { mbedtls_ctr_drbg_free(&generator); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    mbedtls_ctr_drbg_context generator;
};

Random::Random(std::unique_ptr<State> state) : state_(std::move(state)) {}
Random::Random(Random&&) noexcept = default;
Random& Random::operator=(Random&&) noexcept = default;
Random::~Random() = default;

Result<Random> Random::create() {
    auto state = std::make_unique<State>();
    const int error = mbedtls_ctr_drbg_seed(&state->generator, kernel_entropy, nullptr, nullptr, 0);
    if (error != 0) return fail(mbedtls_failure(ErrorCode::io, "seed random numbers", error));
    return Random(std::move(state));
}

void* Random::context() const { return &state_->generator; }

}  // namespace dim::tls
