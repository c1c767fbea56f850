#include "imageserver/boot_file/kernel_wishes.hpp"

#include "libdim/base/text.hpp"
#include "libdim/model/platform_row.hpp"

#include <algorithm>

namespace dim::server {

namespace {

constexpr std::size_t kMostDrivers = 64;
constexpr std::size_t kLongestWish = 64;  // uname(2)

bool can_be_in_release(char c) { return c > ' ' && c < '\x7f' && c != '/'; }

void sort_out(std::vector<std::string>& drivers) {
    std::ranges::sort(drivers);
    const auto twice = std::ranges::unique(drivers);
    drivers.erase(twice.begin(), twice.end());
}

}  // namespace

Result<KernelWishes> parse_wishes(const api::BuildBootFile& request) {
    KernelWishes wishes;
    for (const std::string& name : request.drivers.value_or(std::vector<std::string>())) {
        DIM_TRY(std::string driver, model::parse_module_name(name));
        wishes.drivers.push_back(std::move(driver));
    }
    sort_out(wishes.drivers);
    if (wishes.drivers.size() > kMostDrivers)
        return fail(Error(ErrorCode::limit_exceeded, "more than 64 drivers")
                        .with_cure("name those that the port needs from which blades boot"));
    if (!request.kernel) return wishes;
    wishes.release = *request.kernel;
    if (wishes.release.empty() || wishes.release.size() > kLongestWish ||
        !std::ranges::all_of(wishes.release, can_be_in_release))
        return fail(
            Error(ErrorCode::invalid_input,
                  "'" + printable(wishes.release, 80) + "' is no release of a kernel")
                .with_cure("give it as 'uname -r' has it, or with * and ?: '*-cloud-amd64'"));
    return wishes;
}

KernelWishes wishes_of(const api::BootFile& file) {
    return {.drivers = file.wished_drivers.value_or(std::vector<std::string>()),
            .release = file.wished_kernel.value_or("")};
}

KernelWishes with_drivers(KernelWishes wishes, const std::vector<std::string>& drivers) {
    wishes.drivers.insert(wishes.drivers.end(), drivers.begin(), drivers.end());
    sort_out(wishes.drivers);
    return wishes;
}

}  // namespace dim::server
