#include "imageserver/nfs/null_call.hpp"
#include "libdim/testing/fuzz.hpp"

namespace {

dim::testing::Goal successes("a reply that says success");

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    using namespace std::string_literals;
    const std::string success = "\x80\0\0\x18\0\0\0\x05\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s;
    std::string verified = success;
    verified[19] = 1;
    return {{"success", success}, {"verified", verified}, {"call", server::null_call(5)}};
}

/// What says success is one record, and the answer to its own question only.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using dim::server::check_null_reply;
    constexpr std::uint32_t kTransaction = 5;
    const std::string reply(dim::testing::text_of(data, size));
    if (!check_null_reply(reply, kTransaction)) return 0;
    if (check_null_reply(reply, kTransaction + 1) || check_null_reply(reply + '\0', kTransaction) ||
        check_null_reply(reply.substr(1), kTransaction)) {
        std::abort();
    }
    successes.reach();
    return 0;
}
