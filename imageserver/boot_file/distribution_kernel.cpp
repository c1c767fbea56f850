#include "imageserver/boot_file/distribution_kernel.hpp"

#include "imageserver/boot_file/boot_drivers.hpp"
#include "libdim/base/text.hpp"
#include "libdim/manifest/resolve.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "linuxrc/kernel_modules.hpp"
#include "linuxrc/ramdisk_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

namespace dim::server {

using linuxrc::RamdiskFiles;
using manifest::Entry;
using manifest::EntryType;

namespace {

constexpr std::size_t kKernelLimit = std::size_t{64} << 20;
constexpr std::size_t kModuleFileLimit = std::size_t{32} << 20;
constexpr std::size_t kAllFilesLimit = std::size_t{256} << 20;
constexpr std::chrono::minutes kDepmodTimeout{1};
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
                            : read_entry(tree, *entry, kModuleFileLimit);
}

/// A kernel and the directory of its modules.
struct Found {
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
        if (path.find('/') == std::string_view::npos) return std::string(path);
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

Result<Found> find_kernel(const GenerationTree& tree) {
    std::optional<Found> newest;
    std::string without_kernel;
    for (const Entry& entry : tree.manifest().entries) {
        const auto release = release_in(entry.path);
        if (!release || entry.type != EntryType::file) continue;
        const std::string modules = entry.path.substr(0, entry.path.rfind('/'));
        const Entry* kernel = kernel_of_release(tree, *release, modules);
        if (kernel == nullptr) {
            without_kernel = *release;
        } else if (!newest || is_older_release(newest->release, *release)) {
            newest = Found{.release = *release, .modules = modules, .kernel = kernel};
        }
    }
    if (newest) return *std::move(newest);
    return fail(Error(ErrorCode::not_found, without_kernel.empty()
                                                ? "the image has no kernel with modules"
                                                : "the image has the modules of kernel " +
                                                      printable(without_kernel, 80) +
                                                      ", but not the kernel in /boot")
                    .with_cure("install the distribution's kernel package in the master (Debian: "
                               "linux-image-amd64), then 'dim image update'"));
}

/// Adds what is taken to FILES, up to a limit for all.
class Taker {
public:
    explicit Taker(const GenerationTree& tree) : tree_(tree) {}

    Result<const std::string*> take(const Entry& entry, std::string path) {
        DIM_TRY(std::string bytes, read_entry(tree_, entry, kModuleFileLimit));
        bytes_ += bytes.size();
        if (bytes_ > kAllFilesLimit)
            return fail(ErrorCode::limit_exceeded,
                        "modules and firmware have more than 256 MiB together");
        return &files_.insert_or_assign(std::move(path), std::move(bytes)).first->second;
    }
    RamdiskFiles& files() { return files_; }

private:
    const GenerationTree& tree_;
    RamdiskFiles files_;
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

/// The firmware files that FACTS name, as far as the image has them: some are of another package.
Result<void> take_firmware(const GenerationTree& tree, const std::vector<std::string>& facts,
                           Taker& taker) {
    constexpr std::string_view kFirmware = "firmware=";
    for (const std::string& fact : facts) {
        if (!fact.starts_with(kFirmware)) continue;
        const std::string name = fact.substr(kFirmware.size());
        for (const std::string_view library : kLibraries) {
            const Entry* entry = file_at(tree, std::string(library) + "firmware/" + name);
            if (entry == nullptr || name.find("..") != std::string::npos) continue;
            DIM_CHECK(taker.take(*entry, "lib/firmware/" + name));
            break;
        }
    }
    return {};
}

Result<void> take_module(const GenerationTree& tree, const Found& found, const std::string& path,
                         Taker& taker) {
    if (!path.ends_with(".ko"))
        return fail(Error(ErrorCode::invalid_input, path + " is compressed, which is not read yet")
                        .with_cure("use a kernel package whose modules are not compressed"));
    const Entry* entry = file_at(tree, found.modules + "/" + path);
    if (entry == nullptr)
        return fail(ErrorCode::not_found, "modules.dep names " + path + ", which is not there");
    DIM_TRY(const std::string* bytes,
            taker.take(*entry, "lib/modules/" + found.release + "/" + path));
    auto facts = linuxrc::module_info(*bytes);
    if (!facts) return fail(std::move(facts).error().with_context(path));
    DIM_CHECK(check_module(path, *facts, found.release));
    return take_firmware(tree, *facts, taker);
}

/// What the agent reads (initagent/module_index).
constexpr std::array kIndexes{"modules.dep", "modules.alias", "modules.softdep", "modules.builtin"};

/// Puts the indexes of FILES alone, which depmod(8) makes, in the place of those of all.
Result<void> add_indexes(const std::string& work, const std::string& release, RamdiskFiles& files) {
    for (const auto& [path, bytes] : files) {
        const std::string place = work + "/" + path;
        std::error_code error;
        std::filesystem::create_directories(std::filesystem::path(place).parent_path(), error);
        if (error) return fail(ErrorCode::io, place + ": " + error.message());
        DIM_CHECK(sys::write_file_atomically(place, bytes));
    }
    DIM_TRY(const sys::RunResult depmod,
            sys::run({"depmod", "--basedir", work, release}, kDepmodTimeout));
    if (!depmod.status.is_success())
        return fail(ErrorCode::io, "depmod: " + to_string(depmod.status) + ": " +
                                       printable(trim(depmod.output), 1000));
    const std::string modules = "lib/modules/" + release;
    std::erase_if(files,
                  [&](const auto& file) { return file.first.starts_with(modules + "/modules."); });
    for (const std::string name : kIndexes) {
        auto bytes = sys::read_file(work + "/" + modules + "/" + name, kModuleFileLimit);
        if (bytes) files.insert_or_assign(modules + "/" + name, *std::move(bytes));
    }
    return {};
}

Result<RamdiskFiles> take_modules(const GenerationTree& tree, const Found& found,
                                  std::span<const std::string> drivers, const std::string& work) {
    DIM_TRY(const std::string dep, read_optional(tree, found.modules + "/modules.dep"));
    DIM_TRY(const std::string softdep, read_optional(tree, found.modules + "/modules.softdep"));
    DIM_TRY(const auto dependencies, linuxrc::ModuleDependencies::parse(dep, softdep));
    DIM_TRY(const std::string builtin, read_optional(tree, found.modules + "/modules.builtin"));
    if (!dependencies.has(kBootProtocols.front()) && builtin.find("/nfsv4.ko") == std::string::npos)
        return fail(Error(ErrorCode::not_found,
                          "kernel " + found.release + " of the image cannot mount NFS 4")
                        .with_cure("install a kernel package with all modules in the master, then "
                                   "'dim image update'"));
    std::vector<std::string_view> wanted(drivers.begin(), drivers.end());
    wanted.insert(wanted.end(), kBootProtocols.begin(), kBootProtocols.end());
    Taker taker(tree);
    for (const std::string& path : dependencies.closure(wanted))
        DIM_CHECK(take_module(tree, found, path, taker));
    for (const char* name : {"modules.order", "modules.builtin", "modules.builtin.modinfo"}) {
        if (const Entry* entry = file_at(tree, found.modules + "/" + name))
            DIM_CHECK(taker.take(*entry, "lib/modules/" + found.release + "/" + name));
    }
    std::string load;
    for (const std::string_view name : kBootProtocols)
        if (dependencies.has(name)) load.append(name).append("\n");
    DIM_CHECK(add_indexes(work, found.release, taker.files()));
    taker.files().insert_or_assign("etc/modules-load.d/dim.conf", std::move(load));
    return std::move(taker.files());
}

}  // namespace

bool is_older_release(std::string_view older, std::string_view newer) {
    const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    while (!older.empty() && !newer.empty()) {
        const auto take = [&](std::string_view& text, bool digits) {
            const auto end =
                std::ranges::find_if(text, [&](char letter) { return is_digit(letter) != digits; });
            const std::string_view part(text.begin(), end);
            text.remove_prefix(part.size());
            return part;
        };
        const std::string_view words = take(older, false);
        const std::string_view other_words = take(newer, false);
        if (words != other_words) return words < other_words;
        std::string_view number = take(older, true);
        std::string_view other = take(newer, true);
        number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
        other.remove_prefix(std::min(other.find_first_not_of('0'), other.size()));
        if (number.size() != other.size()) return number.size() < other.size();
        if (number != other) return number < other;
    }
    return older.size() < newer.size();
}

Result<DistributionKernel> take_kernel(const GenerationTree& tree,
                                       std::span<const std::string> drivers,
                                       const std::string& work) {
    DIM_TRY(const Found found, find_kernel(tree));
    DistributionKernel result{
        .release = found.release, .kernel = {}, .modules = {}, .os_release = {}};
    DIM_TRY(result.kernel, read_entry(tree, *found.kernel, kKernelLimit));
    DIM_TRY(const RamdiskFiles files, take_modules(tree, found, drivers, work));
    DIM_TRY(result.modules, linuxrc::build_file_archive(files));
    DIM_TRY(result.os_release, read_optional(tree, "usr/lib/os-release"));
    return result;
}

}  // namespace dim::server
