#include "imageserver/image/unknown_files.hpp"

#include "imageserver/image/image_file.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

namespace {

constexpr std::string_view kImageFileEnd = ".img";

/// The names in DIRECTORY that are a T; none when it is no directory.
template <class T>
std::vector<T> names_below(const std::string& directory,
                           Result<T> (*parse)(const std::string& name)) {
    std::vector<T> found;
    const auto names = sys::list_names(directory);
    if (!names) return found;
    for (const std::string& name : *names)
        if (auto value = parse(name)) found.push_back(*std::move(value));
    std::ranges::sort(found);
    return found;
}

Result<ImageName> parse_image(const std::string& name) { return ImageName::parse(name); }
Result<ComponentName> parse_blade(const std::string& name) { return ComponentName::parse(name); }

/// 3 of "3.shared.manifest", which the newest generation has, or "3.shared.delta".
Result<Generation> parse_generation(const std::string& name) {
    for (const std::string_view end : {".shared.manifest", ".shared.delta"}) {
        if (!name.ends_with(end)) continue;
        DIM_TRY(const auto number,
                parse_number<std::uint32_t>(name.substr(0, name.size() - end.size())));
        return Generation::from_number(number);
    }
    return fail(ErrorCode::invalid_input, "no generation");
}

/// "granite" of "granite.img".
Result<ImageName> parse_image_file(const std::string& name) {
    if (!name.ends_with(kImageFileEnd)) return fail(ErrorCode::invalid_input, "no image file");
    return ImageName::parse(name.substr(0, name.size() - kImageFileEnd.size()));
}

std::vector<Generation> generations_of(const ImageName& image, const ImagePaths& paths) {
    std::vector<Generation> found = names_below<Generation>(paths.image(image), parse_generation);
    // A killed daemon may have left the manifest of one that has a delta by now.
    found.erase(std::ranges::unique(found).begin(), found.end());
    return found;
}

Result<void> check_image_files(const ImageName& image, const ImagePaths& paths) {
    DIM_CHECK(check_whole_file(paths.shared_file(image)));
    DIM_CHECK(check_whole_file(paths.golden_file(image)));
    return {};
}

Result<void> check_blade_file(const ImageName& image, const std::string& path,
                              ImageCatalog& catalog) {
    DIM_CHECK(check_whole_file(path));
    if (catalog.image(image)) return {};
    return fail(
        Error(ErrorCode::not_found, "its image is not known")
            .with_cure("adopt that first: dim image adopt " + image.text() + " --arch ARCH"));
}

/// Adopting is never urgent: who has more than fit into a message asks again when these are done.
class [[nodiscard]] Found {
public:
    bool is_full() const { return files_.size() >= api::limits::kListItems; }
    void add(api::UnknownFile file, const Result<void>& checked) {
        if (is_full()) return;
        if (!checked) file.problem = to_string(checked.error());
        files_.push_back(std::move(file));
    }
    std::vector<api::UnknownFile> take() { return std::move(files_); }

private:
    std::vector<api::UnknownFile> files_;
};

Result<void> find_generations(const ImagePaths& paths, ImageCatalog& catalog, Found& found) {
    DIM_TRY(const auto known, catalog.known_generations());
    for (const ImageName& image : names_below<ImageName>(paths.images(), parse_image)) {
        for (const Generation generation : generations_of(image, paths)) {
            if (known.contains({image, generation})) continue;
            found.add({.image = image, .generation = generation, .path = paths.image(image)},
                      check_image_files(image, paths));
        }
    }
    return {};
}

Result<void> find_blade_images(const ImagePaths& paths, ImageCatalog& catalog, Found& found) {
    DIM_TRY(const auto records, catalog.blade_images());
    std::set<std::pair<ComponentName, ImageName>> known;
    for (const BladeImageRecord& record : records)
        known.emplace(record.blade, record.image);
    for (const ComponentName& blade : blades_with_files(paths)) {
        const std::string directory = paths.blade_directory(blade);
        for (const ImageName& image : names_below<ImageName>(directory, parse_image_file)) {
            if (found.is_full()) return {};
            if (known.contains({blade, image})) continue;
            const std::string path = paths.blade_file(blade, image);
            found.add({.image = image, .blade = blade, .path = path},
                      check_blade_file(image, path, catalog));
        }
    }
    return {};
}

}  // namespace

std::vector<ComponentName> blades_with_files(const ImagePaths& paths) {
    return names_below<ComponentName>(paths.blades(), parse_blade);
}

Result<std::vector<api::UnknownFile>> find_unknown_files(const ImagePaths& paths,
                                                         ImageCatalog& catalog) {
    Found found;
    DIM_CHECK(find_generations(paths, catalog, found));
    DIM_CHECK(find_blade_images(paths, catalog, found));
    return found.take();
}

Result<FoundImage> find_image_files(const ImageName& name, const ImagePaths& paths) {
    std::vector<Generation> generations = generations_of(name, paths);
    if (generations.empty())
        return fail(Error(ErrorCode::not_found, "there are no files of an image " + name.text() +
                                                    " in " + paths.image(name))
                        .with_cure("put back the directory with its generations from a back-up"));
    DIM_CHECK(check_image_files(name, paths));
    DIM_TRY(const sys::FileStatus status, sys::stat(paths.golden_file(name)));
    DIM_TRY(const auto created, model::Timestamp::from_microseconds(status.modified_us));
    return FoundImage{.generations = std::move(generations),
                      .blade_image_bytes = status.size,
                      .created = created};
}

Result<std::vector<std::string>> shared_names(const std::string& directory) {
    DIM_TRY(const sys::Fd root, sys::open_directory(directory));
    DIM_TRY(const std::vector<std::string> names, sys::list_names(root));
    std::vector<std::string> shared;
    for (const std::string& name : names) {
        DIM_TRY(const sys::FileStatus status, sys::fstatat(root, name));
        // Every ext4 has that one.
        if (S_ISDIR(status.mode) && name != "lost+found") shared.push_back(name);
    }
    return shared;
}

}  // namespace dim::server
