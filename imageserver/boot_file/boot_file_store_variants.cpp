// Boot files with another command line: each beside the one that it is made of.

#include "imageserver/boot_file/boot_file_store.hpp"
#include "imageserver/boot_file/boot_file_work.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/tls/sha256.hpp"
#include "linuxrc/command_line.hpp"

namespace dim::server {

namespace {

constexpr std::size_t kMostVariants = 10'000;

/// COMMAND_LINE with other consoles, if there are any, and ARGUMENTS behind it.
Result<std::string> varied_command_line(const std::string& command_line,
                                        const BootFileVariant& variant) {
    std::vector<std::string> words;
    for (const std::string& device : variant.console)
        words.push_back("console=" + device);
    // Those that render_words() puts in front; one that an option has is the administrator's.
    bool is_in_front = !words.empty();
    for (const std::string_view word : split(command_line, ' ')) {
        is_in_front = is_in_front && word.starts_with("console=");
        if (!is_in_front) words.emplace_back(word);
    }
    words.insert(words.end(), variant.arguments.begin(), variant.arguments.end());
    return linuxrc::render_command_line(words);
}

}  // namespace

Result<std::string> BootFileStore::variant_of(const api::BootFile& file,
                                              const BootFileVariant& variant) const {
    return vary(file, variant, Varied::made);
}

Result<std::string> BootFileStore::variant_path(const api::BootFile& file,
                                                const BootFileVariant& variant) const {
    return vary(file, variant, Varied::told);
}

Result<std::string> BootFileStore::vary(const api::BootFile& file, const BootFileVariant& variant,
                                        Varied varied) const {
    DIM_TRY(std::string original_path, platform_path(file, variant.drivers));
    DIM_TRY(const std::string command_line, varied_command_line(file.command_line, variant));
    if (command_line == file.command_line) return original_path;
    const std::pair key(original_path, command_line);
    if (auto known = known_variant(key)) return *std::move(known);
    DIM_CHECK(check_network_words(variant.arguments));
    const std::lock_guard lock(*tree_);
    DIM_TRY(const api::ImageSummary image, images_->image(file.image));
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    DIM_TRY(std::string original,
            sys::read_file(directory() + "/" + original_path, kBootFileLimit));
    auto made = with_other_command_line(settings_.materials, platform->boot_file,
                                        std::move(original), file.command_line, command_line);
    if (!made)
        return fail(std::move(made)
                        .error()
                        .with_context(original_path)
                        .with_cure("build it anew: dim buildzimage " + file.image.text()));
    BootFilePlace place = BootFilePlace::of(original_path);
    place.name = place.name.substr(0, place.name.rfind('-') + 1) + tls::sha256(*made).substr(0, 8);
    std::string path = place.file();
    if (varied == Varied::told) return path;
    DIM_CHECK(BootFileCatalog(*database_).add_variant(path, original_path));
    if (!sys::stat(directory() + "/" + path)) DIM_CHECK(install_variant(place, *made));
    keep_variant(key, path);
    return path;
}

/// With the lock on the tree.
Result<void> BootFileStore::install_variant(const BootFilePlace& place,
                                            const std::string& bytes) const {
    const std::string work = settings_.state_directory + "/" + kVariantWork;
    DIM_CHECK(remove_boot_work(settings_.state_directory, kVariantWork));
    DIM_CHECK(sys::mkdir(work, 0700));
    DIM_CHECK(sys::write_file_atomically(work + "/" + kStagedBootFile, bytes));
    DIM_CHECK(install_boot_file(work, directory(), place));
    return remove_boot_work(settings_.state_directory, kVariantWork);
}

/// A path says the content, so what was made of the same is there as long as its file.
std::optional<std::string> BootFileStore::known_variant(const VariantKey& key) const {
    const std::lock_guard lock(variants_->mutex);
    const auto found = variants_->paths.find(key);
    if (found == variants_->paths.end()) return std::nullopt;
    if (sys::stat(directory() + "/" + found->second)) return found->second;
    variants_->paths.erase(found);
    return std::nullopt;
}

void BootFileStore::keep_variant(const VariantKey& key, const std::string& path) const {
    const std::lock_guard lock(variants_->mutex);
    // Those of files that were replaced long ago are not asked for again.
    if (variants_->paths.size() >= kMostVariants) variants_->paths.clear();
    variants_->paths.insert_or_assign(key, path);
}

/// Those that are not among NAMED. One that is asked for again meanwhile is made known again, and
/// is named the next time.
Result<void> BootFileStore::replace_variants(const std::set<std::string>& named,
                                             std::int64_t now_us) {
    DIM_CHECK(BootFileCatalog(*database_).replace_variants(named, now_us));
    const std::lock_guard lock(variants_->mutex);
    std::erase_if(variants_->paths,
                  [&](const auto& known) { return !named.contains(known.second); });
    return {};
}

}  // namespace dim::server
