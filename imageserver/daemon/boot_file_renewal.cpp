#include "imageserver/daemon/boot_file_renewal.hpp"

#include "imageserver/daemon/report.hpp"
#include "libdim/base/log.hpp"

#include <boost/asio/post.hpp>

namespace dim::server {

namespace {

// Kinds of alerts; their origin is the image, or the blade whose boot file DHCP misses.
constexpr const char* kOldKernel = "old-kernel";
constexpr const char* kPlatform = "platform-boot-file";

}  // namespace

/// By an edit of an administrator; or the image is gone.
void BootFileRenewal::forget_mended(const char* kind, const Origins& origins) {
    for (const api::Alert& alert : alerts_.alerts())
        if (alert.kind == kind && !origins.contains(alert.origin))
            alerts_.forget(kind, alert.origin);
}

/// Has what DHCP missed made again; tells whose it is.
BootFileRenewal::Origins BootFileRenewal::tell_missing() {
    Origins blades;
    for (const MissingBootFile& each : dhcp_.missing()) {
        // It was logged when it failed.
        alerts_.note({kPlatform, to_string(each.blade), each.text, each.cure}, clock_.now().time);
        blades.insert(to_string(each.blade));
    }
    if (!blades.empty()) dhcp_.tell();
    return blades;
}

void BootFileRenewal::renew() {
    if (is_working_->exchange(true)) return;
    // Until the last task is done with it.
    const std::shared_ptr<void> work(nullptr,
                                     [is_working = is_working_](void*) { *is_working = false; });
    const auto old = files_.unrenewed();
    if (!old) return report("boot files", old.error());
    const auto incomplete = files_.incomplete();
    if (!incomplete) return report("boot files", incomplete.error());
    Origins origins = tell_missing();
    for (const model::ImageName& image : *incomplete)
        origins.insert(to_string(image));
    forget_mended(kPlatform, origins);
    origins.clear();
    for (const model::ImageName& image : *old)
        origins.insert(to_string(image));
    forget_mended(kOldKernel, origins);
    const auto post = [this, &work](const model::ImageName& image,
                                    void (BootFileRenewal::*act)(const model::ImageName&)) {
        boost::asio::post(lanes_.of(image), [this, image, work, act] { (this->*act)(image); });
    };
    for (const model::ImageName& image : *old)
        post(image, &BootFileRenewal::renew_one);
    for (const model::ImageName& image : *incomplete)
        post(image, &BootFileRenewal::complete_one);
}

void BootFileRenewal::complete_one(const model::ImageName& image) {
    const auto done = files_.complete(image, [](auto&&...) {});
    if (!done) return report("boot files of " + to_string(image), done.error());
    for (const PlatformBootFile& file : done->made)
        log(LogLevel::notice, "boot file " + file.path + " built for a platform");
    if (!done->made.empty()) dhcp_.tell();
    if (!done->failure) return alerts_.forget(kPlatform, to_string(image));
    const Error& error = *done->failure;
    const std::string text =
        "blades have no boot file of image " + to_string(image) + ": " + error.message();
    std::string cure = error.cure().empty() ? "" : error.cure() + "; then ";
    cure += "'dim buildzimage " + to_string(image) + "'";
    if (alerts_.note({kPlatform, to_string(image), text, cure}, clock_.now().time))
        report("boot files of " + to_string(image), error);
}

void BootFileRenewal::renew_one(const model::ImageName& image) {
    const auto renewed = files_.renew(image, [](auto&&...) {});
    for (const api::BootFile& file : renewed ? renewed->made : std::vector<api::BootFile>())
        log(LogLevel::notice, "boot file " + file.path + " built, which was missing");
    if (renewed && !renewed->made.empty()) dhcp_.tell();
    if (renewed && !renewed->failure) return alerts_.forget(kOldKernel, to_string(image));
    const Error& error = renewed ? *renewed->failure : renewed.error();
    const std::string text =
        "blades have no boot file with the kernel of their generation: " + error.message();
    if (alerts_.note({kOldKernel, to_string(image), text, error.cure()}, clock_.now().time))
        report("boot file of " + to_string(image), error);
}

}  // namespace dim::server
