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
                           authorities};
        files_.insert_or_assign(image.name, file);
        return file;
    }
    Result<std::optional<api::BootFile>> current(const model::ImageName& image) const override {
        const std::scoped_lock lock(mutex_);
        const auto found = files_.find(image);
        return found == files_.end() ? std::nullopt : std::optional(found->second);
    }

    Result<std::string> with_arguments(const api::BootFile& file,
                                       const std::vector<std::string>& words) const override {
        std::string path = file.path;
        for (const std::string& word : words)
            path += '+' + word;
        return path;
    }
    Result<std::vector<model::ImageName>> outdated() const override {
        const std::scoped_lock lock(mutex_);
        std::vector<model::ImageName> list;
        for (const auto& [image, file] : files_) {
            if (file.command_line != authorities) list.push_back(image);
        }
        return list;
    }
    Result<api::BootFile> rebuild(const model::ImageName& image, const Progress& quiet) override {
        if (is_broken) return fail(ErrorCode::not_found, "there is no kernel kit");
        return build({image, {}, {}}, quiet);
    }

    Result<void> retire(const model::ImageName& image) override {
        const std::scoped_lock lock(mutex_);
        files_.erase(image);
        return {};
    }
    Result<void> follow_names() override {
        ++followed;
        return {};
    }

    std::string authorities;  ///< what a file that is built now trusts
    bool is_broken = false;   ///< rebuild fails
    int followed = 0;         ///< calls of follow_names

private:
    const Images& images_;
    mutable std::mutex mutex_;
    int builds_ = 0;
    std::map<model::ImageName, api::BootFile> files_;
};

}  // namespace dim::server
