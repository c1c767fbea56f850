#include "libdim/override/override_settings.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstdlib>

namespace {

dim::testing::Goal accepted("settings that switch something");
dim::testing::Goal refused("what is no setting");

/// As parse_settings reads them.
std::string text_of_settings(const dim::overrides::Settings& settings) {
    std::string text;
    for (const auto& [builtin, is_on] : settings.switches)
        text.append(to_string(builtin)).append(is_on ? " on\n" : " off\n");
    if (settings.root_interface_name)
        text += "root-interface-name " + *settings.root_interface_name + '\n';
    return text;
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"switches", "fstab off\nhosts on # again\nroot-interface-name eth0\n"},
            {"all", "hostname off\nhosts off\nmachine-id off\nssh-host-keys off\n"
                    "root-interface off\ntime-servers off\nresolver off\n"},
            {"wrong", "fstab maybe\n"}};
}

/// What was read is written and read again as the same; a refusal names file, line and words.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto settings =
        dim::overrides::parse_settings(dim::testing::text_of(data, size), ".dim-overrides");
    if (settings) {
        if (dim::overrides::parse_settings(text_of_settings(*settings), "again") != *settings)
            std::abort();
        if (!settings->switches.empty()) accepted.reach();
        return 0;
    }
    if (!settings.error().message().starts_with(".dim-overrides, line ")) std::abort();
    if (settings.error().cure().empty()) std::abort();
    refused.reach();
    return 0;
}
