#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

namespace dim::tool {

Action buildzimage(CLI::App& app) {
    struct Arguments {
        std::string image;
        std::vector<std::string> options;
        std::optional<std::string> ramdisk;
    };
    auto arguments = std::make_shared<Arguments>();
    app.add_option("IMAGE", arguments->image, "the image")->required();
    app.add_option("--option", arguments->options,
                   "one more word of the kernel command line; may be repeated");
    app.add_option("--ramdisk", arguments->ramdisk,
                   "initramfs, or initrd: an ext2 file system whose /linuxrc is started");
    return [=](Context& context) -> Result<void> {
        DIM_TRY(auto image, model::ImageName::parse(arguments->image));
        const api::BuildBootFile request{std::move(image), arguments->options, arguments->ramdisk};
        return run_job_with_progress(context, http::Method::post, "/v1/boot-files",
                                     to_json(request));
    };
}

}  // namespace dim::tool
