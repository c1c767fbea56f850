#include "imageserver/peer/join_token.hpp"
#include "libdim/testing/fuzz.hpp"

using dim::server::JoinToken;

namespace {

/// Of an authority made for this; its certificate has no use.
constexpr const char* kToken =
    "is01.0123456789abcdef0123456789abcdef."
    "MIIBgzCCASmgAwIBAgIUacm4+qAkyou3NyQ8LeLVI4CFZp4wCgYIKoZIzj0EAwIwFzEVMBMG"
    "A1UEAwwMZGVtbyBzZXJ2ZXJzMB4XDTI2MTEyMjIzNTQyNVoXDTQ2MTExNzIzNTQyNVowFzEV"
    "MBMGA1UEAwwMZGVtbyBzZXJ2ZXJzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBuFrb8KM"
    "ftiriHKhM50aSGdAiWADdPMtDP0h9AvL4Ffm/x9Oh+inH8rYRiTENhrt687nS5rCydAyKi49"
    "9K1XYqNTMFEwHQYDVR0OBBYEFGfgIipiThSwcwpP33f41Qlj8ZeQMB8GA1UdIwQYMBaAFGfg"
    "IipiThSwcwpP33f41Qlj8ZeQMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIg"
    "FJ1QY7cKpMYvfUHkCmj1NxbuwRq4bJoZoUOWHl79u4cCIQDAI/tRvBHYH1WC3vuUZV20j53z"
    "q/+3GbmBv4a5h/a6CQ==";

dim::testing::Goal read_again("a token that is read, written and read again");

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() { return {{"token", kToken}}; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto token = JoinToken::parse({reinterpret_cast<const char*>(data), size});
    if (!token) return 0;
    if (JoinToken::parse(token_line(*token)) != token) __builtin_trap();
    read_again.reach();
    return 0;
}
