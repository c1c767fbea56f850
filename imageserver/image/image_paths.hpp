#pragma once

#include "libdim/model/names.hpp"

#include <string>

namespace dim::server {

/// Where everything about images is, below the state directory.
class ImagePaths {
public:
    explicit ImagePaths(std::string state_directory) : state_(std::move(state_directory)) {}

    const std::string& state() const { return state_; }
    std::string images() const { return state_ + "/images"; }
    std::string blades() const { return state_ + "/blades"; }
    std::string mounts() const { return state_ + "/mounts"; }
    std::string blade_mounts() const { return mounts() + "/blades"; }
    std::string shared_mounts() const { return mounts() + "/shared"; }

    std::string image(const model::ImageName& name) const { return images() + "/" + name.text(); }
    std::string generation(const model::ImageName& name, model::Generation number) const {
        return image(name) + "/" + to_string(number);
    }
    /// The name, in image(), of a generation that is being made.
    static std::string unfinished(model::Generation number) {
        return "." + to_string(number) + ".new";
    }
    /// Where a generation's master is unpacked, in image().
    static std::string capture(model::Generation number) {
        return "." + to_string(number) + ".master";
    }
    std::string golden_file(const model::ImageName& name, model::Generation number) const {
        return generation(name, number) + "/golden.img";
    }
    std::string shared_file(const model::ImageName& name, model::Generation number) const {
        return generation(name, number) + "/shared.img";
    }
    /// Without the endings: see TreeRecord.
    std::string golden_record(const model::ImageName& name, model::Generation number) const {
        return generation(name, number) + "/golden";
    }
    std::string shared_record(const model::ImageName& name, model::Generation number) const {
        return generation(name, number) + "/shared";
    }
    std::string shared(const model::ImageName& name, model::Generation number) const {
        return generation(name, number) + "/shared";
    }
    std::string shared_mount(const model::ImageName& name, model::Generation number) const {
        return shared_mounts() + "/" + name.text() + "/" + to_string(number);
    }

    std::string blade_directory(const model::ComponentName& blade) const {
        return blades() + "/" + blade.text();
    }
    std::string blade_file(const model::ComponentName& blade, const model::ImageName& name) const {
        return blade_directory(blade) + "/" + name.text() + ".img";
    }
    std::string unfinished_blade_file(const model::ComponentName& blade,
                                      const model::ImageName& name) const {
        return blade_directory(blade) + "/." + name.text() + ".img.new";
    }
    std::string blade_mount(const model::ComponentName& blade, const model::ImageName& name) const {
        return blade_mounts() + "/" + blade.text() + "/" + name.text();
    }

private:
    std::string state_;
};

}  // namespace dim::server
