#include "imageserver/image/shared_directories.hpp"

#include "libdim/sys/file.hpp"

#include <array>
#include <sys/stat.h>

namespace dim::server {

Result<std::vector<std::string>> default_shared(const sys::Fd& root) {
    constexpr std::array kOfPrograms{"bin",    "lib", "lib32", "lib64",
                                     "libx32", "opt", "sbin",  "usr"};
    std::vector<std::string> shared;
    for (const char* name : kOfPrograms) {
        const Result<sys::FileStatus> status = sys::fstatat(root, name);
        if (!status && status.error().code() != ErrorCode::not_found) return fail(status.error());
        if (status && S_ISDIR(status->mode)) shared.emplace_back(name);
    }
    return shared;
}

std::vector<std::string> shared_directories(const manifest::Manifest& manifest) {
    std::vector<std::string> shared;
    for (const manifest::Entry& entry : manifest.entries)
        if (entry.type == manifest::EntryType::directory && !entry.path.empty() &&
            !entry.path.contains('/'))
            shared.push_back(entry.path);
    return shared;
}

std::string tell_shared(const std::vector<std::string>& shared) {
    std::string text = "shared by all blades, read-only:";
    for (const std::string& name : shared)
        text += " " + name;
    return text + (shared.empty() ? " nothing" : "; all else is each blade's own");
}

}  // namespace dim::server
