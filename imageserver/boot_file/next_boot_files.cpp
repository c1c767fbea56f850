#include "imageserver/boot_file/next_boot_files.hpp"

namespace dim::server {

Result<NextBootFiles> NextBootFiles::look(const Images& images, const BootFiles& files) {
    NextBootFiles next(files);
    DIM_TRY(next.generations_, images.blade_generations());
    return next;
}

Result<std::optional<api::BootFile>>
NextBootFiles::of(const model::ComponentName& blade, const std::optional<model::ImageName>& image) {
    if (!image) return std::optional<api::BootFile>();
    const auto found = generations_.find({blade, *image});
    const auto generation =
        found == generations_.end() ? std::nullopt : std::optional(found->second);
    const std::pair key(*image, generation);
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
    auto file = generation ? files_->of_generation(*image, *generation) : files_->current(*image);
    if (!file && file.error().code() != ErrorCode::not_found) return fail(file.error());
    return known_.emplace(key, file ? *std::move(file) : std::nullopt).first->second;
}

}  // namespace dim::server
