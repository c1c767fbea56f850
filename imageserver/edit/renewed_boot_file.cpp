#include "imageserver/edit/renewed_boot_file.hpp"

namespace dim::server {

void renew_boot_file(BootFiles& files, const model::ImageName& image, Edit& edit,
                     const Progress& progress) {
    const auto renewed = files.renew(image, progress);
    if (!renewed) {
        edit.done += "\nthe boot file stays as it was: " + to_string(renewed.error());
        return;
    }
    if (!*renewed) return;
    const api::BootFile& file = **renewed;
    edit.done += "\nboot file " + file.path + " built" +
                 (file.kernel ? ", kernel " + *file.kernel : "") +
                 ": in force at the next boot of each blade that has this generation";
    edit.needs.dhcp = true;
}

}  // namespace dim::server
