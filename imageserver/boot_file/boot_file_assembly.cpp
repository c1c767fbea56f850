#include "imageserver/boot_file/boot_file_assembly.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "linuxrc/initrd.hpp"
#include "linuxrc/ramdisk_files.hpp"
#include "linuxrc/unified_kernel_image.hpp"
#include "linuxrc/zimage.hpp"

namespace dim::server {

using linuxrc::RamdiskKind;
using model::BootFileFormat;

namespace {

constexpr std::size_t kReleaseLimit = 256;
/// Blocks of 1,468 bytes, whose number has 16 bits (RFC 1350).
constexpr std::size_t kTftpLimit = std::size_t{65'535} * 1468;
constexpr std::size_t kInputLimit = std::size_t{32} << 20;

Result<std::string> read_input(const std::string& path, const std::string& what,
                               const std::string& cure) {
    Result<std::string> bytes = sys::read_file(path, kInputLimit);
    if (!bytes) return fail(std::move(bytes).error().with_context(what).with_cure(cure));
    return bytes;
}

Result<linuxrc::RamdiskContents> read_contents(const BootFileMaterials& materials,
                                               const BootFileOrder& order) {
    const model::Architecture architecture = order.platform->architecture;
    DIM_TRY(std::string agent,
            read_input(materials.agents + "/" + std::string(to_string(architecture)) + "/initagent",
                       "agent", "build the agents and name their directory (--agents)"));
    return linuxrc::RamdiskContents{.agent = std::move(agent),
                                    .ca_certificate = order.authorities,
                                    .architecture = architecture};
}

Result<std::string> build_ramdisk(RamdiskKind kind, const linuxrc::RamdiskContents& contents,
                                  const std::string& work) {
    switch (kind) {
        case RamdiskKind::initramfs: return linuxrc::build_initramfs(contents);
        case RamdiskKind::initrd: {
            const std::string directory = work + "/initrd";
            DIM_CHECK(sys::mkdir(directory, 0700));
            return linuxrc::build_initrd(contents, directory);
        }
    }
    std::unreachable();
}

/// Of the kernel in KIT; nothing for a kit that does not tell.
std::optional<std::string> kernel_release(const std::string& kit) {
    const auto text = sys::read_file(kit + "/kernel-release", kReleaseLimit);
    return text ? std::optional(std::string(trim(*text))) : std::nullopt;
}

Result<AssembledBootFile> assemble_zimage(const BootFileMaterials& materials,
                                          const BootFileOrder& order, const std::string& work,
                                          const Progress& progress) {
    progress("make the ramdisk", 0, kBootFileSteps);
    DIM_TRY(const auto contents, read_contents(materials, order));
    DIM_TRY(const std::string ramdisk, build_ramdisk(order.ramdisk, contents, work));
    progress("assemble the zImage", 1, kBootFileSteps);
    const std::string output = work + "/zImage";
    DIM_CHECK(linuxrc::assemble_zimage({.kernel_kit = materials.kernel_kit, .work_directory = work},
                                       ramdisk, order.command_line, output));
    DIM_TRY(std::string bytes, sys::read_file(output, kInputLimit));
    return AssembledBootFile{std::move(bytes), kernel_release(materials.kernel_kit)};
}

Result<AssembledBootFile> assemble_uki(const BootFileMaterials& materials,
                                       const BootFileOrder& order, const Progress& progress) {
    if (order.ramdisk != RamdiskKind::initramfs)
        return fail(ErrorCode::invalid_input, "blades with UEFI boot from an initramfs only");
    DIM_TRY(const auto contents, read_contents(materials, order));
    DIM_TRY(std::string ramdisk, linuxrc::build_initramfs(contents));
    DIM_TRY(const std::string stub,
            read_input(materials.uefi_stubs + "/linuxx64.efi.stub", "systemd's stub for UEFI",
                       "install it: apt-get install systemd-boot-efi"));
    if (!order.kernel) return fail(ErrorCode::internal, "a unified kernel image without a kernel");
    const DistributionKernel& kernel = *order.kernel;
    progress("assemble the unified kernel image", 1, kBootFileSteps);
    DIM_TRY(std::string bytes,
            linuxrc::assemble_unified_kernel_image(
                {.stub = stub,
                 .kernel = kernel.kernel,
                 .ramdisk = linuxrc::joined_archives(std::move(ramdisk), kernel.modules),
                 .command_line = order.command_line,
                 .os_release = kernel.os_release}));
    if (bytes.size() > kTftpLimit)
        return fail(Error(ErrorCode::limit_exceeded,
                          "the unified kernel image has " + std::to_string(bytes.size()) +
                              " bytes, more than firmware can load by TFTP")
                        .with_cure("use a kernel with fewer drivers or less firmware"));
    return AssembledBootFile{std::move(bytes), kernel.release};
}

}  // namespace

std::string_view boot_file_name(BootFileFormat format) {
    switch (format) {
        case BootFileFormat::zimage: return "zImage";
        case BootFileFormat::unified_kernel_image: return "linux.efi";
    }
    std::unreachable();
}

Result<AssembledBootFile> assemble_boot_file(const BootFileMaterials& materials,
                                             const BootFileOrder& order, const std::string& work,
                                             const Progress& progress) {
    switch (order.platform->boot_file) {
        case BootFileFormat::zimage: return assemble_zimage(materials, order, work, progress);
        case BootFileFormat::unified_kernel_image: return assemble_uki(materials, order, progress);
    }
    std::unreachable();
}

Result<DistributionKernel> kernel_in(std::string_view file, const std::string& release) {
    DIM_TRY(const auto contents, linuxrc::read_unified_kernel_image(file));
    DIM_TRY(const std::string_view modules, linuxrc::second_archive(contents.ramdisk));
    return DistributionKernel{.release = release,
                              .kernel = std::string(contents.kernel),
                              .modules = std::string(modules),
                              .os_release = std::string(contents.os_release)};
}

Result<std::string> with_other_command_line(BootFileFormat format, std::string file,
                                            const std::string& from, const std::string& to) {
    switch (format) {
        case BootFileFormat::zimage: return linuxrc::with_command_line(std::move(file), from, to);
        case BootFileFormat::unified_kernel_image:
            return linuxrc::with_uki_command_line(std::move(file), to);
    }
    std::unreachable();
}

}  // namespace dim::server
