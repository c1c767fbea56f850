#include "imageserver/boot_file/distribution_kernel.hpp"

#include "imageserver/boot_file/boot_drivers.hpp"
#include "libdim/base/text.hpp"
#include "libdim/manifest/resolve.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/tls/sha256.hpp"
#include "linuxrc/compressed_file.hpp"
#include "linuxrc/kernel_modules.hpp"
#include "linuxrc/kernel_version.hpp"
#include "linuxrc/machine.hpp"
#include "linuxrc/ramdisk_files.hpp"
#include "linuxrc/zimage.hpp"

#include <algorithm>
#include <array>
#include <fnmatch.h>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace dim::server {

using linuxrc::RamdiskFiles;
using manifest::Entry;
using manifest::EntryType;

namespace {

constexpr std::size_t kLongestRelease = 64;  // uname(2)
constexpr std::size_t kKernelLimit = std::size_t{64} << 20;
constexpr std::size_t kModuleFileLimit = std::size_t{16} << 20;
constexpr std::size_t kIndexLimit = std::size_t{8} << 20;  // the agent reads no more
constexpr std::size_t kAllFilesLimit = std::size_t{96} << 20;
/// With a merged /usr and without.
constexpr std::array<std::string_view, 2> kLibraries{"usr/lib/", "lib/"};

const Entry* file_at(const GenerationTree& tree, const std::string& path) {
    const Entry* entry = manifest::resolve(tree.manifest(), "/" + path);
    return entry != nullptr && entry->type == EntryType::file ? entry : nullptr;
}

Result<std::string> read_entry(const GenerationTree& tree, const Entry& entry, std::size_t limit) {
    DIM_TRY(const sys::Fd file, tree.open(entry));
    auto bytes = sys::read_all(file, limit);
    if (!bytes) return fail(std::move(bytes).error().with_context(entry.path));
    return bytes;
}

Result<std::string> read_optional(const GenerationTree& tree, const std::string& path) {
    const Entry* entry = file_at(tree, path);
    return entry == nullptr ? Result<std::string>(std::string())
                            : read_entry(tree, *entry, kIndexLimit);
}

/// A kernel and the directory of its modules.
struct Found {
    model::Architecture architecture;  ///< what the image was imported for
    std::string release;
    std::string modules;  ///< "usr/lib/modules/6.1.0-50-amd64"
    const Entry* kernel;
};

/// "6.1.0-50-amd64" of "usr/lib/modules/6.1.0-50-amd64/modules.dep".
std::optional<std::string> release_in(std::string_view path) {
    for (const std::string_view library : kLibraries) {
        const std::string before = std::string(library) + "modules/";
        constexpr std::string_view kAfter = "/modules.dep";
        if (!path.starts_with(before) || !path.ends_with(kAfter)) continue;
        path.remove_prefix(before.size());
        if (path.size() <= kAfter.size()) return std::nullopt;
        path.remove_suffix(kAfter.size());
        if (path.size() <= kLongestRelease && path.find('/') == std::string_view::npos)
            return std::string(path);
    }
    return std::nullopt;
}

/// Where distributions put the kernel of a release: Debian and SUSE, Fedora.
const Entry* kernel_of_release(const GenerationTree& tree, const std::string& release,
                               const std::string& modules) {
    for (const std::string& path : {"boot/vmlinuz-" + release, "boot/vmlinux-" + release,
                                    modules + "/vmlinuz", modules + "/vmlinux"})
        if (const Entry* entry = file_at(tree, path)) return entry;
    return nullptr;
}

/// Debian's package of one.
std::string kernel_package(model::Architecture architecture) {
    switch (architecture) {
        case model::Architecture::x86_64: return "linux-image-amd64";
        case model::Architecture::aarch64: return "linux-image-arm64";
        case model::Architecture::ppc64le: return "linux-image-powerpc64le";
        case model::Architecture::ppc64: return "linux-image-powerpc64";
    }
    std::unreachable();
}

bool is_wished(const std::string& release, const KernelWishes& wishes) {
    return wishes.release.empty() || ::fnmatch(wishes.release.c_str(), release.c_str(), 0) == 0;
}

std::unexpected<Error> no_such_kernel(const std::string& wish, const std::string& others) {
    return fail(Error(ErrorCode::not_found,
                      "the image has no kernel " + printable(wish, 80) + "; it has " + others)
                    .with_cure("name one of these with --kernel, or leave it out for the newest"));
}

Result<Found> find_kernel(const GenerationTree& tree, model::Architecture architecture,
                          const KernelWishes& wishes) {
    std::optional<Found> newest;
    std::string without_kernel;
    std::string others;
    for (const Entry& entry : tree.manifest().entries) {
        const auto release = release_in(entry.path);
        if (!release || entry.type != EntryType::file) continue;
        const std::string modules = entry.path.substr(0, entry.path.rfind('/'));
        const Entry* kernel = kernel_of_release(tree, *release, modules);
        if (kernel == nullptr) {
            without_kernel = *release;
        } else if (!is_wished(*release, wishes)) {
            others.append(others.empty() ? "" : ", ").append(printable(*release, 80));
        } else if (!newest || is_older_release(newest->release, *release)) {
            newest = Found{.architecture = architecture,
                           .release = *release,
                           .modules = modules,
                           .kernel = kernel};
        }
    }
    if (newest) return *std::move(newest);
    if (!others.empty()) return no_such_kernel(wishes.release, others);
    return fail(Error(ErrorCode::not_found, without_kernel.empty()
                                                ? "the image has no kernel with modules"
                                                : "the image has the modules of kernel " +
                                                      printable(without_kernel, 80) +
                                                      ", but not the kernel in /boot")
                    .with_cure("install the distribution's kernel package in the master (Debian: " +
                               kernel_package(architecture) + "), then 'dim image update'"));
}

/// That the kernel or module PATH runs on what the image is for, as far as it tells.
Result<void> check_machine(const std::string& path, std::string_view bytes,
                           model::Architecture architecture) {
    const std::string wanted(to_string(architecture));
    const std::string machine = linuxrc::machine_of(bytes);
    if (machine.empty() || machine == wanted) return {};
    return fail(
        Error(ErrorCode::invalid_input,
              path + " is for " + machine + ", but the image was imported for " + wanted)
            .with_cure(model::parse_architecture(machine)
                           ? "import the tree with --arch " + machine + ", after 'dim image remove'"
                           : "import a tree of a distribution for " + wanted));
}

/// Adds what is taken to FILES, up to a limit for all.
class Taker {
public:
    explicit Taker(const GenerationTree& tree) : tree_(tree) {}

    /// As PATH, not compressed.
    Result<const std::string*> take(const Entry& entry, std::string path) {
        DIM_TRY(std::string bytes, read_entry(tree_, entry, kModuleFileLimit));
        DIM_TRY(bytes, linuxrc::decompress(entry.path, std::move(bytes), kModuleFileLimit));
        bytes_ += bytes.size();
        if (bytes_ > kAllFilesLimit)
            return fail(Error(ErrorCode::limit_exceeded,
                              "modules and firmware have more than 96 MiB together")
                            .with_cure("leave out drivers that 'dim buildzimage --driver' or "
                                       "drivers= of a platform adds, or install a kernel whose "
                                       "modules have no debug information, then 'dim image "
                                       "update'"));
        return &files_.insert_or_assign(std::move(path), std::move(bytes)).first->second;
    }
    /// A driver names FIRMWARE, which is not there.
    void miss(const std::string& driver, const std::string& firmware) {
        KernelLacks::Firmware& missed = lacks_.firmware[driver];
        if (missed.count++ == 0) missed.first = firmware;
    }
    RamdiskFiles& files() { return files_; }
    KernelLacks& lacks() { return lacks_; }

private:
    const GenerationTree& tree_;
    RamdiskFiles files_;
    KernelLacks lacks_;
    std::size_t bytes_ = 0;
};

Result<void> check_module(const std::string& path, const std::vector<std::string>& facts,
                          const std::string& release) {
    const auto magic = std::ranges::find_if(
        facts, [](const std::string& fact) { return fact.starts_with("vermagic="); });
    if (magic != facts.end() && !magic->starts_with("vermagic=" + release + " "))
        return fail(Error(ErrorCode::invalid_input, path + " is of another kernel than " + release +
                                                        ": " + printable(*magic, 80))
                        .with_cure("install the kernel package in the master anew"));
    return {};
}

/// Compressed or not, as the kernel finds it; nullptr when it is not there.
const Entry* firmware_at(const GenerationTree& tree, const std::string& path) {
    for (const char* suffix : {"", ".zst", ".xz"})
        if (const Entry* entry = file_at(tree, path + suffix)) return entry;
    return nullptr;
}

/// Of the file NAME, "tigon/tg3.bin"; nullptr when it is not there.
const Entry* firmware_named(const GenerationTree& tree, const std::string& name) {
    if (name.find("..") != std::string::npos) return nullptr;
    for (const std::string_view library : kLibraries)
        if (const Entry* entry = firmware_at(tree, std::string(library) + "firmware/" + name))
            return entry;
    return nullptr;
}

/// The firmware files that the FACTS of DRIVER name, as far as the image has them: some are of
/// another package.
Result<void> take_firmware(const GenerationTree& tree, const std::string& driver,
                           const std::vector<std::string>& facts, Taker& taker) {
    constexpr std::string_view kFirmware = "firmware=";
    for (const std::string& fact : facts) {
        if (!fact.starts_with(kFirmware)) continue;
        const std::string name = fact.substr(kFirmware.size());
        const Entry* entry = firmware_named(tree, name);
        if (entry == nullptr) {
            taker.miss(driver, name);
            continue;
        }
        DIM_CHECK(taker.take(*entry, "lib/firmware/" + name));
    }
    return {};
}

Result<void> take_module(const GenerationTree& tree, const Found& found, const std::string& path,
                         Taker& taker) {
    const std::string taken(linuxrc::without_compression(path));
    if (!taken.ends_with(".ko"))
        return fail(ErrorCode::invalid_input,
                    "modules.dep names " + path + ", which is compressed in a way nobody knows");
    const Entry* entry = file_at(tree, found.modules + "/" + path);
    if (entry == nullptr)
        return fail(ErrorCode::not_found, "modules.dep names " + path + ", which is not there");
    DIM_TRY(const std::string* bytes,
            taker.take(*entry, "lib/modules/" + found.release + "/" + taken));
    DIM_CHECK(check_machine(path, *bytes, found.architecture));
    auto facts = linuxrc::module_info(*bytes);
    if (!facts) return fail(std::move(facts).error().with_context(path));
    DIM_CHECK(check_module(path, *facts, found.release));
    return take_firmware(tree, linuxrc::module_name(taken), *facts, taker);
}

Result<linuxrc::ModuleIndexes> read_indexes(const GenerationTree& tree, const Found& found) {
    linuxrc::ModuleIndexes indexes;
    DIM_TRY(indexes.dependencies, read_optional(tree, found.modules + "/modules.dep"));
    DIM_TRY(indexes.aliases, read_optional(tree, found.modules + "/modules.alias"));
    DIM_TRY(indexes.soft_dependencies, read_optional(tree, found.modules + "/modules.softdep"));
    return indexes;
}

std::unexpected<Error> lacks_nfs(const std::string& release) {
    return fail(
        Error(ErrorCode::not_found, "kernel " + release + " of the image cannot mount NFS 4")
            .with_cure("install a kernel package with all modules in the master, then 'dim "
                       "image update'"));
}

/// modules.dep(5) of the same modules, not compressed.
std::string uncompressed_paths(std::string_view dependencies) {
    std::string text;
    for (const std::string_view line : split(dependencies, '\n')) {
        if (line.empty()) continue;
        const std::size_t colon = line.find(':');
        text.append(linuxrc::without_compression(line.substr(0, colon))).append(":");
        if (colon != std::string_view::npos)
            for (const std::string_view need : split_words(line.substr(colon + 1)))
                text.append(" ").append(linuxrc::without_compression(need));
        text.append("\n");
    }
    return text;
}

/// The names in modules.builtin: what is in the kernel itself.
std::set<std::string, std::less<>> names_in(std::string_view builtin) {
    std::set<std::string, std::less<>> names;
    for (const std::string_view path : split(builtin, '\n'))
        names.insert(linuxrc::module_name(path));
    return names;
}

/// That each of WISHED is there, as a file or in the kernel itself.
Result<void> check_wished(const std::vector<std::string>& wished,
                          const linuxrc::ModuleDependencies& dependencies, std::string_view builtin,
                          const std::string& release) {
    const auto in_kernel = names_in(builtin);
    for (const std::string& name : wished) {
        if (dependencies.has(name) || in_kernel.contains(name)) continue;
        const auto nearest = dependencies.nearest(name);
        return fail(
            Error(ErrorCode::not_found,
                  "kernel " + release + " of the image has no module " + printable(name, 63))
                .with_cure(nearest ? "did you mean " + *nearest + "?"
                                   : "install the package that has it in the master, then "
                                     "'dim image update'"));
    }
    return {};
}

/// Whether one of DRIVERS is there that is a port's, as a file or in the kernel itself.
bool has_port_driver(std::span<const std::string_view> drivers,
                     const linuxrc::ModuleDependencies& dependencies, std::string_view builtin) {
    const auto in_kernel = names_in(builtin);
    return std::ranges::any_of(drivers, [&](std::string_view name) {
        return std::ranges::find(kNoPortDrivers, name) == kNoPortDrivers.end() &&
               (dependencies.has(name) || in_kernel.contains(name));
    });
}

struct TakenModules {
    RamdiskFiles files;
    KernelLacks lacks;
};

/// The modules that are chosen, and what the agent reads of them (initagent/module_index).
Result<TakenModules> take_modules(const GenerationTree& tree, const Found& found,
                                  std::span<const std::string_view> drivers,
                                  const std::vector<std::string>& wished) {
    DIM_TRY(linuxrc::ModuleIndexes indexes, read_indexes(tree, found));
    DIM_TRY(std::string builtin, read_optional(tree, found.modules + "/modules.builtin"));
    DIM_TRY(const auto dependencies,
            linuxrc::ModuleDependencies::parse(indexes.dependencies, indexes.soft_dependencies));
    if (!dependencies.has(kBootProtocols.front()) && builtin.find("/nfsv4.ko") == std::string::npos)
        return lacks_nfs(found.release);
    DIM_CHECK(check_wished(wished, dependencies, builtin, found.release));
    std::vector<std::string_view> wanted(drivers.begin(), drivers.end());
    wanted.insert(wanted.end(), wished.begin(), wished.end());
    wanted.insert(wanted.end(), kBootProtocols.begin(), kBootProtocols.end());
    wanted.insert(wanted.end(), kBootLinks.begin(), kBootLinks.end());
    const std::set<std::string> chosen = dependencies.closure(wanted);
    Taker taker(tree);
    for (const std::string& path : chosen)
        DIM_CHECK(take_module(tree, found, path, taker));
    if (wished.empty())
        taker.lacks().has_port_driver = has_port_driver(drivers, dependencies, builtin);
    std::string load;
    for (const std::string_view name : kBootProtocols)
        if (dependencies.has(name)) load.append(name).append("\n");
    indexes = linuxrc::indexes_of(indexes, chosen);
    const std::string modules = "lib/modules/" + found.release + "/";
    RamdiskFiles files = std::move(taker.files());
    files.emplace(modules + "modules.dep", uncompressed_paths(indexes.dependencies));
    files.emplace(modules + "modules.alias", std::move(indexes.aliases));
    files.emplace(modules + "modules.softdep", std::move(indexes.soft_dependencies));
    files.emplace(modules + "modules.builtin", std::move(builtin));
    files.emplace("etc/modules-load.d/dim.conf", std::move(load));
    return TakenModules{.files = std::move(files), .lacks = std::move(taker.lacks())};
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
bool is_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

/// Takes the next number, without zeros in front, or word off TEXT; empty at its end.
std::string_view take_part(std::string_view& text) {
    while (
        !text.empty() && !is_letter(text.front()) &&
        (!is_digit(text.front()) || (text.front() == '0' && text.size() > 1 && is_digit(text[1]))))
        text.remove_prefix(1);
    if (text.empty()) return {};
    const bool is_number = is_digit(text.front());
    const auto end = std::ranges::find_if_not(text, is_number ? is_digit : is_letter);
    const std::string_view part(text.begin(), end);
    text.remove_prefix(part.size());
    return part;
}

Result<DistributionKernel> take_found(const GenerationTree& tree, const Found& found,
                                      const model::Platform& platform, const KernelWishes& wishes) {
    DistributionKernel result{
        .release = found.release, .version = {}, .kernel = {}, .modules = {}, .os_release = {}};
    DIM_TRY(result.kernel, read_entry(tree, *found.kernel, kKernelLimit));
    DIM_CHECK(check_machine(found.kernel->path, result.kernel, platform.architecture));
    result.version = linuxrc::kernel_version(result.kernel);
    if (platform.boot_file == model::BootFileFormat::zimage) {
        auto kernel = linuxrc::zimage_kernel(result.kernel);
        if (!kernel) return fail(std::move(kernel).error().with_context(found.kernel->path));
        result.kernel = *std::move(kernel);
    }
    DIM_TRY(const TakenModules taken,
            take_modules(tree, found, boot_drivers(platform.architecture), wishes.drivers));
    DIM_TRY(result.modules, linuxrc::build_file_archive(taken.files));
    DIM_TRY(result.os_release, read_optional(tree, "usr/lib/os-release"));
    return result;
}

/// Whether it is about what the files hold, and not about the server that reads them.
bool is_of_files(const Error& error) {
    return error.code() == ErrorCode::invalid_input || error.code() == ErrorCode::not_found ||
           error.code() == ErrorCode::limit_exceeded;
}

}  // namespace

bool is_older_release(std::string_view older, std::string_view newer) {
    for (;;) {
        const std::string_view part = take_part(older);
        const std::string_view other = take_part(newer);
        if (part.empty() || other.empty()) return part.empty() && !other.empty();
        const bool is_number = is_digit(part.front());
        if (is_number != is_digit(other.front())) return !is_number;
        if (is_number && part.size() != other.size()) return part.size() < other.size();
        if (part != other) return part < other;
    }
}

Result<std::string> kernel_mark(const GenerationTree& tree, const model::Platform& platform,
                                const KernelWishes& wishes) {
    DIM_TRY(const Found found, find_kernel(tree, platform.architecture, wishes));
    std::string facts = found.release;
    const auto add = [&](const Entry& entry) {
        facts.append(entry.path).append(1, '\0').append(entry.target).append(1, '\0');
        facts.append(std::string_view(reinterpret_cast<const char*>(entry.sha256.data()),
                                      entry.sha256.size()));
    };
    add(*found.kernel);
    for (const Entry& entry : tree.manifest().entries) {
        const bool is_firmware = std::ranges::any_of(kLibraries, [&](std::string_view library) {
            return entry.path.starts_with(std::string(library) + "firmware/");
        });
        if (is_firmware || entry.path.starts_with(found.modules + "/")) add(entry);
    }
    return tls::sha256(facts);
}

Result<DistributionKernel> take_kernel(const GenerationTree& tree, const model::Platform& platform,
                                       const KernelWishes& wishes) {
    DIM_TRY(const Found found, find_kernel(tree, platform.architecture, wishes));
    auto kernel = take_found(tree, found, platform, wishes);
    if (kernel || !is_of_files(kernel.error())) return kernel;
    return fail(std::move(kernel).error().with_default_cure(
        "install the package of kernel " + found.release +
        " in the master anew, as the distribution has it, then 'dim image update'"));
}

Result<KernelLacks> kernel_lacks(const GenerationTree& tree, const model::Platform& platform,
                                 const KernelWishes& wishes) {
    DIM_TRY(const Found found, find_kernel(tree, platform.architecture, wishes));
    DIM_TRY(TakenModules taken,
            take_modules(tree, found, boot_drivers(platform.architecture), wishes.drivers));
    return std::move(taken.lacks);
}

}  // namespace dim::server
