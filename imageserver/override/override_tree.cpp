#include "imageserver/override/override_tree.hpp"

#include "imageserver/override/blade_root.hpp"
#include "libdim/base/text.hpp"
#include "libdim/override/template_text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace dim::server {

namespace {

constexpr mode_t kTemplatePermissions = 07777;
constexpr std::size_t kNameShown = 255;

class TreeReader {
public:
    explicit TreeReader(std::string level) : level_(std::move(level)) {}

    Result<OverrideTree> read(const sys::Fd& top) {
        DIM_CHECK(read_directory(top, "", 1));
        std::ranges::sort(tree_.templates, {}, &Template::path);
        const auto twice = std::ranges::adjacent_find(tree_.templates, {}, &Template::path);
        if (twice != tree_.templates.end())
            return fail(Error(ErrorCode::invalid_input, twice->source + " and " +
                                                            std::next(twice)->source +
                                                            " are both for /" + twice->path)
                            .with_cure("remove one of them"));
        return std::move(tree_);
    }

private:
    std::string source(const std::string& path) const { return level_ + "/" + path; }

    Result<void> count(const std::string& path, std::size_t depth) {
        if (tree_.templates.size() >= kTemplates)
            return fail(ErrorCode::limit_exceeded, level_ + " has more than " +
                                                       std::to_string(kTemplates) +
                                                       " files and directories");
        if (depth > kTemplateDepth)
            return fail(ErrorCode::limit_exceeded, source(path) + " is more than " +
                                                       std::to_string(kTemplateDepth) +
                                                       " directories deep");
        return {};
    }

    Result<void> read_directory(const sys::Fd& directory, const std::string& prefix,
                                std::size_t depth) {
        DIM_TRY(const std::vector<std::string> names, sys::list_names(directory));
        for (const std::string& name : names) {
            const std::string path = prefix + name;
            if (printable(name, kNameShown) != name)
                return fail(ErrorCode::invalid_input,
                            source(prefix) + printable(name, kNameShown) +
                                ": names of overrides are of printable ASCII characters");
            DIM_CHECK(count(path, depth));
            DIM_TRY(const sys::FileStatus status, sys::fstatat(directory, name));
            if (S_ISDIR(status.mode)) {
                DIM_CHECK(take_directory(directory, name, path, depth));
            } else if (S_ISREG(status.mode)) {
                DIM_CHECK(take_file(directory, name, path));
            } else {
                return fail(Error(ErrorCode::invalid_input,
                                  source(path) + " is " + std::string(file_type_text(status.mode)))
                                .with_cure("overrides are files and directories alone"));
            }
        }
        return {};
    }

    Result<void> take_directory(const sys::Fd& parent, const std::string& name,
                                const std::string& path, std::size_t depth) {
        DIM_TRY(const sys::Fd directory, sys::open_beneath(parent, name, O_RDONLY | O_DIRECTORY));
        DIM_TRY(const sys::FileStatus status, sys::fstat(directory));
        tree_.templates.push_back({.path = path,
                                   .source = source(path),
                                   .is_directory = true,
                                   .mode = status.mode & kTemplatePermissions,
                                   .owner = {.user = status.owner, .group = status.group}});
        return read_directory(directory, path + "/", depth + 1);
    }

    Result<void> take_file(const sys::Fd& directory, const std::string& name,
                           const std::string& path) {
        DIM_TRY(const sys::Fd file,
                sys::open_beneath(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY));
        DIM_TRY(const sys::FileStatus status, sys::fstat(file));
        auto bytes = sys::read_all(file, kTemplateBytes);
        if (!bytes) return fail(std::move(bytes).error().with_context(source(path)));
        bytes_ += bytes->size();
        if (bytes_ > kTemplateTreeBytes)
            return fail(ErrorCode::limit_exceeded,
                        level_ + " has more than " + std::to_string(kTemplateTreeBytes) + " bytes");
        if (path == overrides::kSettingsFile) {
            DIM_TRY(tree_.settings, overrides::parse_settings(*bytes, source(path)));
            return {};
        }
        const bool is_verbatim = name.size() > overrides::kVerbatimEnding.size() &&
                                 name.ends_with(overrides::kVerbatimEnding);
        const std::size_t cut = is_verbatim ? overrides::kVerbatimEnding.size() : 0;
        tree_.templates.push_back({.path = path.substr(0, path.size() - cut),
                                   .source = source(path),
                                   .is_verbatim = is_verbatim || overrides::is_binary(*bytes),
                                   .bytes = tls::SecretText(std::move(*bytes)),
                                   .mode = status.mode & kTemplatePermissions,
                                   .owner = {.user = status.owner, .group = status.group}});
        return {};
    }

    std::string level_;
    OverrideTree tree_;
    std::size_t bytes_ = 0;
};

}  // namespace

Result<OverrideTree> read_override_tree(const sys::Fd& top, const std::string& level) {
    const auto directory = sys::open_beneath(top, level, O_RDONLY | O_DIRECTORY);
    if (!directory && directory.error().code() == ErrorCode::not_found) return OverrideTree();
    if (!directory) return fail(directory.error());
    return TreeReader(level).read(*directory);
}

}  // namespace dim::server
