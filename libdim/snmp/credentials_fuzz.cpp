#include "libdim/snmp/credentials.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {
dim::testing::Goal communities("a community");
dim::testing::Goal users("a user with privacy");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"community", "# chassis 1\ncommunity public\n"},
            {"user", "user dim\nauth sha passphrase\nprivacy des passphrase\n"}};
}

/// What is taken is never empty, and passphrases are long enough for net-snmp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace snmp = dim::snmp;
    const auto parsed = snmp::parse_credentials(dim::testing::text_of(data, size));
    if (!parsed) return 0;
    if (const auto* community = std::get_if<snmp::Community>(&*parsed)) {
        if (community->text.is_empty()) std::abort();
        communities.reach();
        return 0;
    }
    const auto& user = std::get<snmp::User>(*parsed);
    if (user.name.empty() || user.authentication_passphrase.view().size() < 8) std::abort();
    if ((user.privacy == snmp::Privacy::none) != user.privacy_passphrase.is_empty()) std::abort();
    if (user.privacy != snmp::Privacy::none) users.reach();
    return 0;
}
