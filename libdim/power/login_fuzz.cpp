#include "libdim/power/login.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {
dim::testing::Goal logins("a login");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"login", "# a BMC\nuser admin\npassword two words\n"}};
}

/// What is taken is whole, of one line each, and the same when it is written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace power = dim::power;
    const auto login = power::parse_login(dim::testing::text_of(data, size));
    if (!login) return 0;
    const std::string password(login->password.view());
    if (login->user.empty() || password.empty()) std::abort();
    const auto again = power::parse_login("user " + login->user + "\npassword " + password + "\n");
    if (!again || again->user != login->user || again->password.view() != password) std::abort();
    logins.reach();
    return 0;
}
