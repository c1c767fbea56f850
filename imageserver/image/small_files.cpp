#include "imageserver/image/small_files.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <utility>

namespace dim::server {

using manifest::Entry;
using manifest::EntryType;

namespace {

Result<std::string> text_of(const sys::Fd& root, const Entry& entry) {
    DIM_TRY(const sys::Fd file, sys::open_beneath(root, entry.path, O_RDONLY | O_NONBLOCK));
    return sys::read_all(file, entry.size);
}

}  // namespace

SmallFiles::SmallFiles(const sys::Fd& root, const manifest::Manifest& tree) {
    std::uint64_t left = kMostBytes;
    for (const Entry& entry : tree.entries) {
        if (entry.type != EntryType::file || entry.size > std::min(left, kLargest)) continue;
        Result<std::string> text = text_of(root, entry);
        if (!text) continue;
        tls::Sha256 hash;
        hash.add(*text);
        if (hash.finish() != entry.sha256) continue;
        left -= text->size();
        contents_.emplace(entry.path,
                          manifest::KnownContent{.text = *std::move(text), .digest = entry.sha256});
    }
}

const manifest::KnownContent* SmallFiles::find(const std::string& path) const {
    const auto found = contents_.find(path);
    return found == contents_.end() ? nullptr : &found->second;
}

}  // namespace dim::server
