#include "initagent/machine_identity.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/system_info.hpp"

#include <initializer_list>

namespace dim::agent {

namespace {

constexpr std::size_t kPropertyLimit = 4096;
constexpr std::size_t kTextLimit = 128;

/// Firmware that knows no serial number or UUID leaves it out, empty, or all zeros.
bool says_nothing(std::string_view text) {
    return text.find_first_not_of("0-") == std::string_view::npos;
}

/// The first of the files that says something. Firmware ends its strings with NUL, DMI with LF.
std::optional<std::string> first_text(std::initializer_list<std::string> paths) {
    for (const std::string& path : paths) {
        const auto bytes = sys::read_file(path, kPropertyLimit);
        if (!bytes) continue;
        const std::string_view text = trim(std::string_view(*bytes).substr(0, bytes->find('\0')));
        if (!says_nothing(text)) return printable(text, kTextLimit);
    }
    return std::nullopt;
}

}  // namespace

Result<MachineIdentity> identify_machine(const std::string& device_tree, const std::string& dmi) {
    DIM_TRY(const sys::SystemInfo info, sys::system_info());
    return MachineIdentity{
        .machine = first_text({device_tree + "/model", dmi + "/product_name"}).value_or("unknown"),
        .serial = first_text(
            {device_tree + "/system-id", device_tree + "/serial-number", dmi + "/product_serial"}),
        .uuid = first_text(
            {device_tree + "/vm,uuid", device_tree + "/ibm,partition-uuid", dmi + "/product_uuid"}),
        .memory_bytes = info.memory_bytes,
        .cpus = info.cpus,
        .kernel = info.kernel_release,
        .kernel_version = info.kernel_version,
    };
}

}  // namespace dim::agent
