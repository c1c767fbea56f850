#include "imageserver/look/asked_path.hpp"
#include "imageserver/look/blade_looks.hpp"
#include "imageserver/look/blade_view.hpp"
#include "imageserver/override/blade_root.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/model/byte_size.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace dim::server {

namespace {

std::string on_the_server(const api::BladeImage& image, const std::string& command) {
    return "dim blade exec " + to_string(image.blade) + " --image " + to_string(image.image) +
           " -- " + command;
}

/// Why what is no file has no content to show.
Result<void> check_is_file(const FoundName& found, mode_t mode, const std::string& path,
                           const api::BladeImage& image) {
    if (S_ISREG(mode)) return {};
    const std::string told = asked_path_text(path);
    if (S_ISLNK(mode)) {
        DIM_TRY(const std::string target, sys::read_link(found.directory, found.name));
        return fail(Error(ErrorCode::conflict, told + " is a symbolic link to " +
                                                   manifest::escape(target) +
                                                   ", which is not followed")
                        .with_cure("ask for " + link_destination(path, target)));
    }
    Error error(ErrorCode::conflict,
                told + " is " + std::string(file_type_text(mode)) + ", not a file");
    if (!S_ISDIR(mode)) return fail(std::move(error).with_cure("'dim blade explain' tells more"));
    return fail(std::move(error).with_cure(on_the_server(image, "ls -l " + told)));
}

Error no_such_file(const std::string& path, const api::BladeImage& image) {
    return Error(ErrorCode::not_found, to_string(image.blade) + " has no " + asked_path_text(path))
        .with_cure("'dim blade explain " + to_string(image.blade) + ' ' + asked_path_text(path) +
                   "' tells whether it ever had");
}

}  // namespace

/// Of what DIM wrote, which alone is known to be one.
Result<void> BladeLooks::check_no_secret(const api::BladeImage& image, const std::string& path,
                                         mode_t mode) {
    DIM_TRY(const auto written, overrides_.written(image.blade, image.image));
    const auto entry = written.find(path);
    if (entry == written.end()) return {};
    bool is_secret = (mode & 077) == 0;
    if (!is_secret) {
        DIM_TRY(const api::ImageSummary summary, images_.image(image.image, image.generation));
        auto plan =
            overrides_.plan(image.blade, summary, images_.mount_point(image.blade, image.image));
        if (!plan)
            return fail(std::move(plan).error().with_context("whether " + asked_path_text(path) +
                                                             " is a secret"));
        is_secret = std::ranges::any_of(plan->files, [&](const PlannedFile& file) {
            return file.wanted.path == path && file.wanted.is_secret();
        });
    }
    if (!is_secret) return {};
    return fail(Error(ErrorCode::permission_denied, asked_path_text(path) +
                                                        " is a secret, written by " +
                                                        entry->second.rule + ": it is not shown")
                    .with_cure("'dim blade explain' tells whether it is as DIM wrote it"));
}

Result<std::string> BladeLooks::content(const api::PathQuestion& question) {
    DIM_TRY(const std::string path, parse_asked_path(question.path));
    DIM_TRY(const api::BladeImage image, choose(question.blade, question.image));
    DIM_TRY(const BladeView view, BladeView::open(images_, image));
    if (path.empty())
        return fail(Error(ErrorCode::conflict, "/ is a directory, not a file")
                        .with_cure(on_the_server(image, "ls -l /")));
    DIM_TRY(const std::optional<FoundName> found, find_name(view.tree_of(path), path));
    if (!found) return fail(no_such_file(path, image));
    const auto status = sys::fstatat(found->directory, found->name);
    if (!status && status.error().code() == ErrorCode::not_found)
        return fail(no_such_file(path, image));
    if (!status) return fail(Error(status.error()).with_context(asked_path_text(path)));
    DIM_CHECK(check_is_file(*found, status->mode, path, image));
    if (!view.is_shared(path)) DIM_CHECK(check_no_secret(image, path, status->mode));
    // It may be a FIFO by now: that must not be waited for.
    auto file = sys::openat(found->directory, found->name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file) return fail(std::move(file).error().with_context(asked_path_text(path)));
    DIM_TRY(const sys::FileStatus opened, sys::fstat(*file));
    DIM_CHECK(check_is_file(*found, opened.mode, path, image));
    Error too_large(ErrorCode::limit_exceeded,
                    asked_path_text(path) + " is larger than " +
                        to_string(model::ByteSize(api::limits::kShownFileBytes)));
    too_large = std::move(too_large).with_cure(
        on_the_server(image, "tail -c 1M " + asked_path_text(path)) + " shows its end");
    if (opened.size > api::limits::kShownFileBytes) return fail(std::move(too_large));
    auto bytes = sys::read_all(*file, api::limits::kShownFileBytes);
    if (!bytes && bytes.error().code() == ErrorCode::limit_exceeded)
        return fail(std::move(too_large));
    if (!bytes) return fail(std::move(bytes).error().with_context(asked_path_text(path)));
    return bytes;
}

}  // namespace dim::server
