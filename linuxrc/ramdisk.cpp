#include "linuxrc/ramdisk.hpp"

#include "libdim/base/text.hpp"
#include "libdim/model/enum_text.hpp"
#include "linuxrc/cpio_archive.hpp"
#include "linuxrc/elf_program.hpp"
#include "linuxrc/gzip.hpp"

#include <array>

namespace dim::linuxrc {

namespace {

constexpr model::EnumWords<RamdiskKind, 2> kKindWords{{
    {RamdiskKind::initramfs, "initramfs"},
    {RamdiskKind::initrd, "initrd"},
}};

}  // namespace

Result<RamdiskKind> parse_ramdisk_kind(std::string_view text) {
    return model::parse_word(kKindWords, "kind of ramdisk", text);
}

Result<void> check_contents(const RamdiskContents& contents) {
    if (auto checked = check_static_program(contents.agent, contents.architecture); !checked) {
        return fail(std::move(checked).error().with_context("agent").with_cure(
            "build it with the agent preset and name its directory (--agents)"));
    }
    if (contents.ca_certificate.find("-----BEGIN CERTIFICATE-----") == std::string::npos)
        return fail(ErrorCode::invalid_input, "the CA certificate is not in PEM form");
    return {};
}

Result<std::string> build_initramfs(const RamdiskContents& contents) {
    DIM_CHECK(check_contents(contents));
    CpioArchive archive;
    for (const std::string_view directory : {"dev", "dim", "proc", "run", "sys", "sysroot", "tmp"})
        archive.add_directory(directory);
    archive.add_character_device("dev/console", 5, 1);
    archive.add_character_device("dev/null", 1, 3, 0666);
    archive.add_file("dim/ca.pem", contents.ca_certificate);
    archive.add_file("init", contents.agent, 0755);
    archive.add_symlink("linuxrc", "init");
    return gzip(std::move(archive).finish());
}

std::vector<std::string> command_line_words(RamdiskKind kind) {
    switch (kind) {
        case RamdiskKind::initramfs: return {};
        case RamdiskKind::initrd: return {"root=/dev/ram0", "rw", "init=/linuxrc"};
    }
    std::unreachable();
}

}  // namespace dim::linuxrc
