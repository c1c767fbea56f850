#include "imageserver/image/image_file.hpp"
#include "libdim/testing/fuzz.hpp"

namespace {

constexpr std::size_t kSuperblockOffset = 1024;
constexpr std::size_t kMagicOffset = 0x38;

dim::testing::Goal whole("a superblock without errors");
dim::testing::Goal damaged("one that is marked as damaged");
dim::testing::Goal foreign("what is no ext4");
dim::testing::Goal xfs("what says that it is xfs");

std::string superblock(char state) {
    std::string bytes(kSuperblockOffset, '\0');
    bytes.replace(kMagicOffset, 3, std::string{'\x53', '\xef', state});
    return bytes;
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"clean", superblock(1)},
            {"errors", superblock(3)},
            {"none", std::string(1024, 'x')},
            {"xfs", "XFSB" + std::string(1024, '\1')}};
}

/// The input is what follows the first 1024 bytes, which are the boot loader's and change no
/// verdict; nor does what follows the superblock. A refusal names the file and a cure.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using dim::server::check_ext4_superblock;
    const std::string bytes(dim::testing::text_of(data, size));
    const auto found = dim::server::identify_bytes(bytes, "/blades/b1.img");
    if (found && found->type == dim::model::FileSystem::xfs) xfs.reach();
    const auto verdict =
        check_ext4_superblock(std::string(kSuperblockOffset, '\0') + bytes, "/blades/b1.img");
    const auto same =
        check_ext4_superblock(std::string(kSuperblockOffset, '\xff') + bytes + "more", "/other");
    if (bytes.size() >= kSuperblockOffset && verdict.has_value() != same.has_value()) std::abort();
    if (bytes.size() < kSuperblockOffset && verdict) std::abort();
    if (verdict) {
        whole.reach();
        return 0;
    }
    const dim::Error& error = verdict.error();
    if (!error.message().starts_with("/blades/b1.img ") || error.cure().empty()) std::abort();
    (error.message().contains("kernel found errors") ? damaged : foreign).reach();
    return 0;
}
