#pragma once

#include "imageserver/download/boot_target.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dim::server {

/// What is sent for a target: a part of a file, or a text.
struct Download {
    std::string name;                     ///< "debian/3/x86_64-01234567/linux"
    std::shared_ptr<const sys::Fd> file;  ///< null: TEXT is all
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::string text = {};
};

/// The parts of boot files (docs/platforms.md), found without a copy of them: kernel, initramfs and
/// command line are sections of the one file that is there. Used on one thread, which may wait for
/// the disk.
class BootDownloads {
public:
    /// DIRECTORY: what TFTP serves. DATABASE outlives this.
    BootDownloads(std::string directory, Database& database)
        : directory_(std::move(directory)), database_(&database) {}

    /// Errors: not_found, with cause and cure, for what is in no row of the catalog, and for a part
    /// of a file that has none.
    Result<Download> open(std::string_view target) const;

private:
    Result<std::string> file_of(const BootTarget& target) const;

    std::string directory_;
    Database* database_;
};

/// What iPXE does with the boot file whose kernel command line this is. The names in it are beside
/// the script's own.
std::string ipxe_script(const std::string& name, std::string_view command_line);

}  // namespace dim::server
