#include "tools/path_question.hpp"

#include "libdim/base/text.hpp"
#include "tools/blade_selection.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

/// JSON has no bytes: each that is no printable ASCII goes as the daemon writes it, too.
std::string path_for_json(std::string_view path) {
    std::string text;
    for (const char byte : path) {
        const bool is_printable = byte >= ' ' && byte <= '~';
        text += is_printable ? std::string(1, byte) : "\\" + to_hex({&byte, 1});
    }
    return text;
}

}  // namespace

void FileOfBlade::add_options(CLI::App& app) {
    app.add_option("BLADE", blade_, "the blade: s01c1b01, b1")->required();
    app.add_option("PATH", path_,
                   "the file, as the blade sees it: /etc/motd; \\xx stands for the byte of these "
                   "hexadecimal digits")
        ->required();
    app.add_option("--image", image_, "in the blade's image of this one")
        ->default_str("the one assigned, or the only one");
}

Outcome<api::PathQuestion> FileOfBlade::resolve(const Context& context) const {
    if (!path_.starts_with('/')) {
        return wrong_usage(
            Error(ErrorCode::invalid_input, "'" + printable(path_, 200) + "' is no path")
                .with_cure("name the file as the blade sees it, from the root: /etc/motd"));
    }
    std::string path = path_for_json(path_);
    if (path.size() > api::limits::kAskedPathBytes)
        return wrong_usage(Error(ErrorCode::limit_exceeded, "the path is too long"));
    std::optional<model::ImageName> image;
    if (!image_.empty()) {
        DIM_TRY(image, from_word("--image", model::ImageName::parse(image_)));
    }
    DIM_TRY(auto blade, resolve_blade(context, blade_));
    return api::PathQuestion{std::move(blade), std::move(image), std::move(path)};
}

}  // namespace dim::tool
