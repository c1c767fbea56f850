#pragma once

#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/image/images.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <utility>

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
    Result<std::vector<Error>> build_earlier(const model::ImageName&, const Progress&) override {
        return kept;
    }
    Result<std::vector<std::string>> lacks(const api::BootFile&) const override { return lacking; }
    Result<std::optional<api::BootFile>> current(const model::ImageName& image) const override {
        const std::scoped_lock lock(mutex_);
        const auto found = files_.find(image);
        return found == files_.end() ? std::nullopt : std::optional(found->second);
    }

    Result<std::optional<api::BootFile>>
    of_generation(const model::ImageName& image, model::Generation generation) const override {
        {
            const std::scoped_lock lock(mutex_);
            const auto found = others.find({image, generation});
            if (found != others.end()) return std::optional(found->second);
        }
        return current(image);
    }
    Result<RenewedBootFiles> renew(const model::ImageName& image,
                                   const Progress& progress) override {
        ++renewals;
        DIM_TRY(const auto known, current(image));
        RenewedBootFiles done;
        if (!known) return done;
        if (is_broken)
            done.failure = Error(ErrorCode::not_found, "the image has no kernel with modules");
        if (is_broken || next_kernel.empty() || known->kernel == next_kernel) return done;
        DIM_TRY(api::BootFile made, build({image, {}, {}}, progress));
        const std::scoped_lock lock(mutex_);
        made.kernel = files_.at(image).kernel = next_kernel;
        done.made.push_back(std::move(made));
        return done;
    }
    Result<std::vector<model::ImageName>> unrenewed() const override {
        const std::scoped_lock lock(mutex_);
        std::vector<model::ImageName> list;
        for (const auto& [image, file] : files_)
            if (!next_kernel.empty() && file.kernel != next_kernel) list.push_back(image);
        return list;
    }

    Result<std::string> variant_of(const api::BootFile& file,
                                   const BootFileVariant& variant) const override {
        auto path = variant_path(file, variant);
        const std::scoped_lock lock(mutex_);
        if (path) variants.insert(*path);
        return path;
    }
    Result<std::string> variant_path(const api::BootFile& file,
                                     const BootFileVariant& variant) const override {
        const std::scoped_lock lock(mutex_);
        std::string path = file.path;
        for (const std::string& driver : variant.drivers) {
            if (!completed_.contains(driver)) return fail(ErrorCode::not_found, "not made yet");
            path += "+driver " + driver;
        }
        for (const std::string& device : variant.console)
            path += "+console " + device;
        for (const std::string& word : variant.arguments) {
            if (word == unusable_word) return fail(ErrorCode::limit_exceeded, "too many words");
            path += '+' + word;
        }
        return path;
    }
    Result<std::vector<model::ImageName>> incomplete() const override {
        const std::scoped_lock lock(mutex_);
        std::vector<model::ImageName> list;
        for (const auto& [image, file] : files_)
            if (!std::ranges::includes(completed_, wanted_drivers)) list.push_back(image);
        return list;
    }
    Result<CompletedBootFiles> complete(const model::ImageName& image, const Progress&) override {
        DIM_TRY(const auto known, current(image));
        CompletedBootFiles done;
        if (!known) return done;
        const std::scoped_lock lock(mutex_);
        for (const std::string& driver : wanted_drivers) {
            if (completed_.contains(driver)) continue;
            if (is_broken) {
                done.failure = Error(ErrorCode::not_found, "there is no module " + driver);
                continue;
            }
            completed_.insert(driver);
            done.made.push_back({.drivers = {driver}, .path = known->path + "+driver " + driver});
        }
        return done;
    }
    Result<std::vector<model::ImageName>> outdated() const override {
        const std::scoped_lock lock(mutex_);
        std::vector<model::ImageName> list;
        for (const auto& [image, file] : files_) {
            if (file.command_line != authorities) list.push_back(image);
        }
        return list;
    }
    Result<void> rebuild(const model::ImageName& image, const Progress& quiet) override {
        if (is_broken) return fail(ErrorCode::not_found, "there is no kernel kit");
        DIM_CHECK(build({image, {}, {}}, quiet));
        return {};
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
    bool is_broken = false;   ///< rebuild, renew and complete fail
    std::atomic<int> renewals = 0;
    std::string next_kernel;  ///< of the newest generation of every image; empty: as ever
    int followed = 0;         ///< calls of follow_names
    std::set<std::string> wanted_drivers;    ///< each is that of a platform
    std::string unusable_word;               ///< no command line can have it
    mutable std::set<std::string> variants;  ///< that were made
    std::vector<std::string> lacking;        ///< what lacks() tells
    std::vector<Error> kept;                 ///< why earlier generations keep theirs
    /// Of generations that have one of their own.
    std::map<std::pair<model::ImageName, model::Generation>, api::BootFile> others;

private:
    const Images& images_;
    mutable std::mutex mutex_;
    int builds_ = 0;
    std::set<std::string> completed_;
    std::map<model::ImageName, api::BootFile> files_;  ///< for the newest generations
};

}  // namespace dim::server
