#include "imageserver/boot_file/kernel_lacks.hpp"

#include "libdim/base/text.hpp"

namespace dim::server {

namespace {

constexpr std::size_t kMostTold = 8;
constexpr std::size_t kLongestName = 80;

/// "bnx2 (bnx2/bnx2-mips-09-6.2.1b.fw and 4 more)"
std::string firmware_of(const std::string& driver, const KernelLacks::Firmware& firmware) {
    std::string text =
        printable(driver, kLongestName) + " (" + printable(firmware.first, kLongestName);
    if (firmware.count > 1) text += " and " + std::to_string(firmware.count - 1) + " more";
    return text + ")";
}

std::string firmware_line(const std::map<std::string, KernelLacks::Firmware>& firmware) {
    std::string drivers;
    std::size_t told = 0;
    for (const auto& [driver, files] : firmware) {
        if (told == kMostTold) break;
        drivers += (told++ == 0 ? "" : ", ") + firmware_of(driver, files);
    }
    if (firmware.size() > told)
        drivers += " and " + std::to_string(firmware.size() - told) + " more drivers";
    return "firmware that the image does not have: for " + drivers +
           "; a blade that boots from such a port may need it: install it in the master (Debian: "
           "packages firmware-bnx2, firmware-bnx2x, firmware-realtek, firmware-misc-nonfree), then "
           "'dim image update'";
}

}  // namespace

std::vector<std::string> lines_of(const KernelLacks& lacks) {
    std::vector<std::string> lines;
    if (!lacks.has_port_driver)
        lines.emplace_back("the kernel has none of the network drivers that DIM knows: add that of "
                           "the blades' port by 'dim buildzimage --driver', or install another "
                           "kernel in the master, then 'dim image update'");
    if (!lacks.firmware.empty()) lines.push_back(firmware_line(lacks.firmware));
    return lines;
}

}  // namespace dim::server
