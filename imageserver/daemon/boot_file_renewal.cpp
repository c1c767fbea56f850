#include "imageserver/daemon/boot_file_renewal.hpp"

#include "imageserver/daemon/report.hpp"
#include "libdim/base/log.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace dim::server {

namespace {

constexpr const char* kOldKernel = "old-kernel";  // an alert's kind; its origin is the image

}  // namespace

void BootFileRenewal::renew() {
    if (working_ != 0) return;
    const auto images = files_.unrenewed();
    if (!images) return report("boot files", images.error());
    // Mended by an edit of an administrator, or gone.
    for (const api::Alert& alert : alerts_.alerts())
        if (alert.kind == kOldKernel &&
            std::ranges::none_of(*images, [&](const model::ImageName& image) {
                return to_string(image) == alert.origin;
            }))
            alerts_.forget(kOldKernel, alert.origin);
    working_ = static_cast<int>(images->size());
    for (const model::ImageName& image : *images) {
        boost::asio::post(lanes_.of(image), [this, image] {
            renew_one(image);
            --working_;
        });
    }
}

void BootFileRenewal::renew_one(const model::ImageName& image) {
    const auto renewed = files_.renew(image, [](auto&&...) {});
    if (!renewed) {
        const Error& error = renewed.error();
        const std::string text =
            "blades boot an older kernel than that of the newest generation: " + error.message();
        if (alerts_.note({kOldKernel, to_string(image), text, error.cure()}, clock_.now().time))
            report("boot file of " + to_string(image), error);
        return;
    }
    alerts_.forget(kOldKernel, to_string(image));
    if (!*renewed) return;
    log(LogLevel::notice, "boot file " + (*renewed)->path + " built for a new kernel");
    name_boot_files_();
}

}  // namespace dim::server
