#pragma once

#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/image/images.hpp"

#include <map>
#include <mutex>

namespace dim::server {

/// For tests: names of boot files, "granite/1-1/zImage", the last number counting the builds. Any
/// thread may call.
class FakeBootFiles final : public BootFiles {
public:
    /// IMAGES outlives this.
    explicit FakeBootFiles(const Images& images) : images_(images) {}

    Result<api::BootFile> build(const api::BuildBootFile& request, const Progress&) override {
        DIM_TRY(const auto image, images_.image(request.image));
        const std::scoped_lock lock(mutex_);
        api::BootFile file{image.name,
                           image.generation,
                           to_string(image.name) + '/' + to_string(image.generation) + '-' +
                               std::to_string(++builds_) + "/zImage",
                           1,
                           "",
                           ""};
        files_.insert_or_assign(image.name, file);
        return file;
    }
    Result<std::optional<api::BootFile>> current(const model::ImageName& image) const override {
        const std::scoped_lock lock(mutex_);
        const auto found = files_.find(image);
        return found == files_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    const Images& images_;
    mutable std::mutex mutex_;
    int builds_ = 0;
    std::map<model::ImageName, api::BootFile> files_;
};

}  // namespace dim::server
