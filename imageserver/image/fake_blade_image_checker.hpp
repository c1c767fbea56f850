#pragma once

#include "imageserver/image/blade_image_checker.hpp"
#include "imageserver/image/images.hpp"

#include <map>
#include <string>

namespace dim::server {

/// Finds what it is told of each blade, else that all is clean.
class FakeBladeImageChecker final : public BladeImageChecker {
public:
    /// IMAGES, which know the blade images, outlive this.
    explicit FakeBladeImageChecker(const Images& images) : images_(images) {}

    Result<api::BladeImageCheck> check_blade_image(const model::ComponentName& blade,
                                                   const model::ImageName& image,
                                                   Repair repair) override {
        DIM_CHECK(images_.blade_image(blade, image));
        last_repair = repair;
        const auto found = results.find(blade);
        return check_of(blade, found == results.end() ? "clean" : found->second);
    }
    Result<std::vector<api::BladeImageCheck>> blade_image_checks() const override {
        std::vector<api::BladeImageCheck> checks;
        for (const auto& [blade, result] : results)
            checks.push_back(check_of(blade, result));
        return checks;
    }

    std::map<model::ComponentName, std::string> results;
    Repair last_repair = Repair::no;

private:
    static api::BladeImageCheck check_of(const model::ComponentName& blade,
                                         const std::string& result) {
        return {blade, *model::ImageName::parse("granite"), *model::Timestamp::from_microseconds(0),
                result, "Inode 12 is odd"};
    }

    const Images& images_;
};

}  // namespace dim::server
