#pragma once

#include "libdim/model/names.hpp"

#include <string>
#include <string_view>

namespace dim::server {

/// Where everything about images is, below the state directory.
class ImagePaths {
public:
    explicit ImagePaths(std::string state_directory) : state_(std::move(state_directory)) {}

    const std::string& state() const { return state_; }
    std::string images() const { return state_ + "/images"; }
    std::string blades() const { return state_ + "/blades"; }
    std::string trash() const { return state_ + "/trash"; }
    std::string mounts() const { return state_ + "/mounts"; }
    std::string blade_mounts() const { return mounts() + "/blades"; }
    std::string shared_mounts() const { return mounts() + "/shared"; }

    std::string image(const model::ImageName& name) const { return images() + "/" + name.text(); }
    /// An image that is being imported.
    std::string unfinished(const model::ImageName& name) const {
        return images() + "/." + name.text() + ".new";
    }
    /// Where its master is unpacked while a generation is made of it.
    std::string captured(const model::ImageName& name) const {
        return images() + "/." + name.text() + ".master";
    }
    /// What another image server sends for its next generation.
    std::string incoming(const model::ImageName& name) const {
        return images() + "/." + name.text() + ".incoming";
    }
    /// What other image servers are sent of it.
    std::string outgoing(const model::ImageName& name) const {
        return images() + "/." + name.text() + ".outgoing";
    }
    std::string golden_file(const model::ImageName& name) const {
        return image(name) + "/golden.img";
    }
    std::string shared_file(const model::ImageName& name) const {
        return image(name) + "/shared.img";
    }
    /// Where golden.img is mounted while it is changed.
    std::string golden(const model::ImageName& name) const { return image(name) + "/golden"; }
    /// Where shared.img is mounted; the server writes there.
    std::string shared_file_system(const model::ImageName& name) const {
        return image(name) + "/shared";
    }
    /// The shared root of a generation that somebody may be shown.
    std::string shared(const model::ImageName& name, model::Generation number) const {
        return shared_file_system(name) + "/" + to_string(number);
    }
    // Without the endings: see TreeRecord.
    std::string golden_record(const model::ImageName& name, model::Generation number) const {
        return image(name) + "/" + to_string(number) + ".golden";
    }
    std::string shared_record(const model::ImageName& name, model::Generation number) const {
        return image(name) + "/" + to_string(number) + ".shared";
    }
    /// The whole tree that the newest generation was made of.
    std::string master_record(const model::ImageName& name) const {
        return image(name) + "/master";
    }
    // What the next generation replaced of this one.
    std::string golden_past(const model::ImageName& name, model::Generation number) const {
        return image(name) + "/past/" + to_string(number);
    }
    std::string shared_past(const model::ImageName& name, model::Generation number) const {
        return shared_file_system(name) + "/past/" + to_string(number);
    }
    static constexpr std::string_view kChange = "change.";
    /// The files in which generation TO differs from FROM, while blade images are moved.
    std::string change(const model::ImageName& name, model::Generation from,
                       model::Generation to) const {
        return image(name) + "/" + std::string(kChange) + to_string(from) + "." + to_string(to);
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
