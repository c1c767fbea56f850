#include "imageserver/boot_file/boot_file_work.hpp"

#include "libdim/base/text.hpp"
#include "libdim/model/network_words.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/remove_tree.hpp"
#include "linuxrc/command_line.hpp"

#include <algorithm>

namespace dim::server {

Result<void> remove_boot_work(const std::string& state_directory, const char* name) {
    DIM_TRY(const sys::Fd state, sys::open_directory(state_directory));
    return sys::remove_tree(state, name);
}

Result<const model::Platform*> require_platform(model::Architecture architecture) {
    const model::Platform* platform = model::platform_of(architecture);
    if (platform != nullptr) return platform;
    return fail(ErrorCode::invalid_input,
                "no blade type boots images for " + std::string(to_string(architecture)) + " yet");
}

KernelOwner owner_of_kernel(const model::Platform& platform) {
    return boots_distributions_kernel(platform) ? KernelOwner::image : KernelOwner::server;
}

Result<void> check_network_words(const std::vector<std::string>& words) {
    for (const std::string& word : words)
        DIM_CHECK(model::check_network_word(word));
    return {};
}

linuxrc::RamdiskKind kind_of(const std::string& command_line) {
    const auto words = linuxrc::command_line_words(linuxrc::RamdiskKind::initrd);
    const auto given = split(command_line, ' ');
    const bool is_initrd = std::ranges::search(given, words).begin() != given.end();
    return is_initrd ? linuxrc::RamdiskKind::initrd : linuxrc::RamdiskKind::initramfs;
}

Error in_earlier(const model::ImageName& image, model::Generation generation, Error error) {
    return std::move(error)
        .with_context("generation " + to_string(generation))
        .with_default_cure("'dim image collect " + image.text() +
                           "' collects generations that no blade has");
}

}  // namespace dim::server
