#include "imageserver/download/boot_downloads.hpp"

#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "linuxrc/unified_kernel_image.hpp"

#include <utility>

namespace dim::server {

namespace {

/// More than the headers of any stub.
constexpr std::size_t kBeginning = std::size_t{64} * 1024;

Error missing(std::string what, const model::ImageName& image) {
    return Error(ErrorCode::not_found, std::move(what))
        .with_cure("dim buildzimage " + image.text() + ", then power the blade off and on");
}

Result<std::string> read_part(const sys::Fd& file, std::uint64_t offset, std::uint64_t size) {
    std::string bytes(size, '\0');
    DIM_TRY(const std::size_t count, sys::read_at(file, bytes, offset));
    bytes.resize(count);
    return bytes;
}

}  // namespace

std::string ipxe_script(const std::string& name, std::string_view command_line) {
    // iPXE on UEFI cannot start the kernel without its header, but the whole PE program; the first
    // word is the program's name then. What fails is tried again from DHCP on.
    const std::string words = std::string(command_line) + " BOOTIF=01-${netX/mac:hexhyp}";
    return "#!ipxe\n"
           "echo DIM boots " +
           name +
           "\n"
           "iseq ${platform} efi && goto efi ||\n"
           "kernel linux " +
           words +
           " || goto failed\n"
           "initrd initrd || goto failed\n"
           "boot || goto failed\n"
           ":efi\n"
           "chain linux.efi " +
           words +
           " || goto failed\n"
           ":failed\n"
           "echo DIM: this did not boot; the next attempt is in 10 seconds\n"
           "sleep 10\n"
           "reboot\n";
}

/// Below the directory, from a row of the catalog.
Result<std::string> BootDownloads::file_of(const BootTarget& target) const {
    BootFileCatalog catalog(*database_);
    if (target.directory.empty()) {
        DIM_TRY(const auto files, catalog.current(target.image));
        if (files.empty())
            return fail(
                missing("image " + target.image.text() + " has no boot file", target.image));
        return files.back().file.path;
    }
    std::string path = target.directory + "/" + std::string(to_string(BootPart::whole));
    DIM_TRY(const std::int64_t last_used_us, catalog.last_used_us(path, 0));
    if (last_used_us == 0) return fail(missing("there is no boot file " + path, target.image));
    return path;
}

Result<Download> BootDownloads::open(std::string_view text) const {
    DIM_TRY(const BootTarget target, BootTarget::parse(text));
    DIM_TRY(const std::string path, file_of(target));
    DIM_TRY(const sys::Fd directory, sys::open_directory(directory_));
    auto opened = sys::open_beneath(directory, path, O_RDONLY | O_CLOEXEC);
    if (!opened) {
        if (opened.error().code() == ErrorCode::not_found)
            return fail(missing("the boot file " + path + " is gone", target.image));
        return fail(std::move(opened).error().with_context("boot file " + path));
    }
    auto file = std::make_shared<const sys::Fd>(*std::move(opened));
    DIM_TRY(const sys::FileStatus status, sys::fstat(*file));
    const std::string place = path.substr(0, path.rfind('/'));
    Download download{.name = place + "/" + std::string(to_string(target.part)),
                      .file = file,
                      .offset = 0,
                      .size = status.size};
    if (target.part == BootPart::whole && path.ends_with(to_string(BootPart::whole)))
        return download;
    DIM_TRY(const std::string beginning, read_part(*file, 0, kBeginning));
    const auto parts = linuxrc::find_in_unified_kernel_image(beginning, status.size);
    if (!parts)
        return fail(missing(path + " has no parts: it is not for this firmware", target.image));
    switch (target.part) {
        case BootPart::whole: break;
        case BootPart::kernel:
            download.offset = parts->kernel.offset;
            download.size = parts->kernel.size;
            break;
        case BootPart::ramdisk:
            download.offset = parts->ramdisk.offset;
            download.size = parts->ramdisk.size;
            break;
        case BootPart::script: {
            DIM_TRY(const std::string command_line,
                    read_part(*file, parts->command_line.offset, parts->command_line.size));
            download.text = ipxe_script(place, command_line);
            download.size = download.text.size();
            download.file.reset();
            break;
        }
    }
    return download;
}

}  // namespace dim::server
