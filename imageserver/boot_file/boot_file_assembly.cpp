#include "imageserver/boot_file/boot_file_assembly.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "linuxrc/initrd.hpp"
#include "linuxrc/kernel_version.hpp"
#include "linuxrc/pe_file.hpp"
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

/// Of the kernel kit's kernel.
Result<AssembledBootFile> assemble_own_zimage(const BootFileMaterials& materials,
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
    return AssembledBootFile{std::move(bytes), kernel_release(materials.kernel_kit), {}};
}

Result<std::string> signed_if_wanted(const BootFileMaterials& materials, std::string program) {
    DIM_TRY(const auto key, secure_boot_key(materials));
    if (!key) return program;
    auto made = linuxrc::sign_pe(std::move(program), *key);
    if (!made)
        return fail(
            std::move(made).error().with_cure("see db.key and db.crt in " + materials.secure_boot));
    return made;
}

/// An initramfs of the agent and the modules of the kernel in ORDER.
Result<std::string> build_ramdisk_with_modules(const BootFileMaterials& materials,
                                               const BootFileOrder& order) {
    if (order.ramdisk != RamdiskKind::initramfs)
        return fail(ErrorCode::invalid_input,
                    "blades with the kernel of their distribution boot from an initramfs only");
    if (!order.kernel)
        return fail(ErrorCode::internal, "a boot file without the kernel of the distribution");
    DIM_TRY(const auto contents, read_contents(materials, order));
    DIM_TRY(std::string ramdisk, linuxrc::build_initramfs(contents));
    return linuxrc::joined_archives(std::move(ramdisk), order.kernel->modules);
}

AssembledBootFile of_distribution(std::string bytes, const DistributionKernel& kernel) {
    const std::optional version(kernel.version);
    return {std::move(bytes), kernel.release, kernel.version.empty() ? std::nullopt : version};
}

/// Of the distribution's kernel, for little-endian machines with Open Firmware.
Result<AssembledBootFile> assemble_distribution_zimage(const BootFileMaterials& materials,
                                                       const BootFileOrder& order,
                                                       const std::string& work,
                                                       const Progress& progress) {
    DIM_TRY(const std::string ramdisk, build_ramdisk_with_modules(materials, order));
    progress("assemble the zImage", 1, kBootFileSteps);
    const std::string output = work + "/zImage";
    const std::string kit =
        materials.kernel_kit + "/" + std::string(to_string(order.platform->architecture));
    DIM_CHECK(linuxrc::assemble_zimage({.kernel_kit = kit,
                                        .work_directory = work,
                                        .kernel = order.kernel->kernel,
                                        .limit = linuxrc::kLittleEndianZimageLimit},
                                       ramdisk, order.command_line, output));
    DIM_TRY(std::string bytes, sys::read_file(output, kInputLimit));
    return of_distribution(std::move(bytes), *order.kernel);
}

/// The part of the names of systemd's stubs that tells the machine (UEFI Specification, 3.5.1.1).
std::string stub_name(model::Architecture architecture) {
    return architecture == model::Architecture::aarch64 ? "linuxaa64.efi.stub"
                                                        : "linuxx64.efi.stub";
}

Result<AssembledBootFile> assemble_uki(const BootFileMaterials& materials,
                                       const BootFileOrder& order, const Progress& progress) {
    DIM_TRY(std::string ramdisk, build_ramdisk_with_modules(materials, order));
    const model::Architecture architecture = order.platform->architecture;
    const bool is_foreign = architecture != model::Architecture::x86_64;
    DIM_TRY(const std::string stub,
            read_input(materials.uefi_stubs + "/" + stub_name(architecture),
                       "systemd's stub for UEFI",
                       is_foreign ? "copy it there from Debian's systemd-boot-efi for arm64"
                                  : "install it: apt-get install systemd-boot-efi"));
    const DistributionKernel& kernel = *order.kernel;
    progress("assemble the unified kernel image", 1, kBootFileSteps);
    DIM_TRY(std::string bytes,
            linuxrc::assemble_unified_kernel_image({.stub = stub,
                                                    .kernel = kernel.kernel,
                                                    .ramdisk = std::move(ramdisk),
                                                    .command_line = order.command_line,
                                                    .os_release = kernel.os_release}));
    DIM_TRY(bytes, signed_if_wanted(materials, std::move(bytes)));
    if (bytes.size() > kTftpLimit)
        return fail(Error(ErrorCode::limit_exceeded,
                          "the unified kernel image has " + std::to_string(bytes.size()) +
                              " bytes, more than firmware can load by TFTP")
                        .with_cure("use a kernel with fewer drivers or less firmware"));
    return of_distribution(std::move(bytes), kernel);
}

}  // namespace

Result<std::optional<linuxrc::SecureBootKey>> secure_boot_key(const BootFileMaterials& materials) {
    using Key = std::optional<linuxrc::SecureBootKey>;
    if (materials.secure_boot.empty()) return Key();
    const std::string key_file = materials.secure_boot + "/db.key";
    const std::string certificate_file = materials.secure_boot + "/db.crt";
    const auto key_status = sys::stat(key_file);
    if (!key_status && !sys::stat(certificate_file)) return Key();
    if (key_status && (key_status->mode & 077) != 0)
        return fail(Error(ErrorCode::invalid_input, key_file + " can be read by others than root")
                        .with_cure("chmod 600 " + key_file));
    const std::string cure = "put both there, or neither";
    DIM_TRY(std::string key, read_input(key_file, "the key for Secure Boot", cure));
    DIM_TRY(std::string certificate,
            read_input(certificate_file, "the certificate for Secure Boot", cure));
    return std::optional(
        linuxrc::SecureBootKey{.key = std::move(key), .certificate = std::move(certificate)});
}

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
        case BootFileFormat::zimage:
            return boots_distributions_kernel(*order.platform)
                       ? assemble_distribution_zimage(materials, order, work, progress)
                       : assemble_own_zimage(materials, order, work, progress);
        case BootFileFormat::unified_kernel_image: return assemble_uki(materials, order, progress);
    }
    std::unreachable();
}

Result<DistributionKernel> kernel_in(BootFileFormat format, std::string_view file,
                                     const std::string& release) {
    DistributionKernel kernel{.release = release, .kernel = {}, .modules = {}, .os_release = {}};
    std::string_view ramdisk;
    switch (format) {
        case BootFileFormat::zimage: {
            DIM_TRY(const auto contents, linuxrc::read_zimage(file));
            kernel.kernel = contents.kernel;
            ramdisk = contents.ramdisk;
            break;
        }
        case BootFileFormat::unified_kernel_image: {
            DIM_TRY(const auto contents, linuxrc::read_unified_kernel_image(file));
            kernel.kernel = contents.kernel;
            kernel.os_release = contents.os_release;
            ramdisk = contents.ramdisk;
            break;
        }
    }
    DIM_TRY(const std::string_view modules, linuxrc::second_archive(ramdisk));
    kernel.version = linuxrc::kernel_version(kernel.kernel);
    kernel.modules = modules;
    return kernel;
}

Result<std::string> with_other_command_line(const BootFileMaterials& materials,
                                            BootFileFormat format, std::string file,
                                            const std::string& from, const std::string& to) {
    switch (format) {
        case BootFileFormat::zimage: return linuxrc::with_command_line(std::move(file), from, to);
        case BootFileFormat::unified_kernel_image: {
            DIM_TRY(std::string bare, linuxrc::without_pe_signature(file));
            DIM_TRY(std::string changed, linuxrc::with_uki_command_line(std::move(bare), to));
            return signed_if_wanted(materials, std::move(changed));
        }
    }
    std::unreachable();
}

}  // namespace dim::server
