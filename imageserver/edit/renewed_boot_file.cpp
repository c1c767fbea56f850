#include "imageserver/edit/renewed_boot_file.hpp"

namespace dim::server {

void renew_boot_file(BootFiles& files, const model::ImageName& image, Edit& edit,
                     const Progress& progress) {
    const std::string stays = "\nthe boot file stays as it was: ";
    const auto renewed = files.renew(image, progress);
    if (!renewed) {
        edit.done += stays + to_string(renewed.error());
        return;
    }
    for (const api::BootFile& file : renewed->made) {
        edit.done += "\nboot file " + file.path + " built" +
                     (file.kernel ? ", kernel " + *file.kernel : "") +
                     ": in force at the next boot of each blade that has generation " +
                     to_string(file.generation);
        edit.needs.dhcp = true;
        tell_lacks(files, file, edit);
    }
    if (renewed->failure) edit.done += stays + to_string(*renewed->failure);
    complete_boot_files(files, image, edit, progress);
}

void tell_lacks(const BootFiles& files, const api::BootFile& file, Edit& edit) {
    const auto lines = files.lacks(file);
    if (!lines) edit.done += "\nits drivers were not looked at: " + to_string(lines.error());
    for (const std::string& line : lines.value_or(std::vector<std::string>()))
        edit.done += "\n" + line;
}

void complete_boot_files(BootFiles& files, const model::ImageName& image, Edit& edit,
                         const Progress& progress) {
    const auto done = files.complete(image, progress);
    const std::string none = "\nboot files of platforms are missing: ";
    if (!done) {
        edit.done += none + to_string(done.error());
        return;
    }
    for (const PlatformBootFile& file : done->made) {
        std::string drivers;
        for (const std::string& driver : file.drivers)
            drivers += (drivers.empty() ? "" : ", ") + driver;
        edit.done += "\nboot file " + file.path + " built, with " + drivers;
        edit.needs.dhcp = true;
    }
    if (done->failure) edit.done += none + to_string(*done->failure);
}

}  // namespace dim::server
