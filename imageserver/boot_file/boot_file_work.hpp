#pragma once

#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/names.hpp"
#include "linuxrc/ramdisk.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What several sources of BootFileStore need.
namespace dim::server {

/// Below the state directory: where a boot file is put together.
inline constexpr const char* kBootWork = "boot-work";
/// The same for one with another command line.
inline constexpr const char* kVariantWork = "boot-variant-work";
inline constexpr std::uint64_t kBootFileLimit = std::uint64_t{256} << 20;

Result<void> remove_boot_work(const std::string& state_directory, const char* name = kBootWork);

/// Errors: invalid_input when nothing boots images for it.
Result<const model::Platform*> require_platform(model::Architecture architecture);

KernelOwner owner_of_kernel(const model::Platform& platform);

/// Errors: invalid_input for a word that says a network, and cannot.
Result<void> check_network_words(const std::vector<std::string>& words);

/// The kind that a boot file with COMMAND_LINE was made with.
linuxrc::RamdiskKind kind_of(const std::string& command_line);

/// ERROR of GENERATION of IMAGE, whose newest one is another.
Error in_earlier(const model::ImageName& image, model::Generation generation, Error error);

}  // namespace dim::server
