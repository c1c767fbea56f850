#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/manifest.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/tls/sha256.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::manifest {

/// Looked at, and with what it was recognised by.
struct ReadEntry {
    Entry entry;  ///< without a link group
    sys::FileStatus status;
    sys::FileTime looked = {};  ///< when that look began, by the wall clock
};

enum class Content {
    read,
    left_out,  ///< Entry::sha256 is zeros, as of a file that is too large
};

/// What a file is likely to hold: to compare that is much cheaper than to compute a digest.
struct KnownContent {
    std::string text;
    tls::Sha256Digest digest;  ///< of the text
};

/// All there is to know of NAME in PARENT, whose path is PATH; of a file its content is read,
/// unless it is left out or the file is larger than LARGEST bytes; KNOWN, if any, says what may be
/// in it. None when it is not there, or a file of another file system than DEVICE. Errors: conflict
/// when it never stays the same for as long as it is read; all name PATH, escaped.
Result<std::optional<ReadEntry>> read_entry(const sys::Fd& parent, const std::string& name,
                                            const std::string& path, std::uint64_t device,
                                            Content content = Content::read,
                                            std::uint64_t largest = UINT64_MAX,
                                            const KnownContent* known = nullptr);

/// The same for the directory that ROOT is.
Result<ReadEntry> read_root(const sys::Fd& root);

}  // namespace dim::manifest
