#include "imageserver/exec/emulator.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"

#include <optional>

namespace dim::server {

namespace {

#if defined(__x86_64__)
constexpr model::Architecture kOurs = model::Architecture::x86_64;
#elif defined(__aarch64__)
constexpr model::Architecture kOurs = model::Architecture::aarch64;
#else
#error "add this architecture"
#endif

/// Of a file below binfmt_misc: "enabled", "interpreter …", "flags: POCF", … a line each.
bool is_run_by_kernel(std::string_view registration) {
    bool is_enabled = false;
    bool is_opened_already = false;
    for (const std::string_view line : split(registration, '\n')) {
        is_enabled = is_enabled || line == "enabled";
        is_opened_already =
            is_opened_already || (line.starts_with("flags:") && line.substr(6).contains('F'));
    }
    return is_enabled && is_opened_already;
}

}  // namespace

Result<std::string> emulator_for(model::Architecture architecture, const EmulatorPlaces& places) {
    if (architecture == kOurs) return std::string();
    const std::string name(to_string(architecture));
    const auto registration = sys::read_file(places.formats + "/qemu-" + name);
    if (registration && is_run_by_kernel(*registration)) return std::string();
    std::string program = places.programs + "/qemu-" + name + "-static";
    if (sys::stat(program)) return program;
    return fail(Error(ErrorCode::conflict, "the image is for " + name + ", this server is " +
                                               std::string(to_string(kOurs)) +
                                               " and has no emulator for its programs: no " +
                                               program)
                    .with_cure("apt-get install qemu-user-static"));
}

}  // namespace dim::server
