#pragma once

#include "imageserver/master/byte_source.hpp"
#include "imageserver/master/posix_acl.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/file_attributes.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace dim::server {

/// One entry of a tar file, as it is written there: nothing of it is checked.
struct TarEntry {
    std::string name;
    sys::FileAttributes attributes;  ///< with the type in its mode; ACLs are extended attributes
    std::optional<std::string> hard_link;  ///< another name of this entry, which comes before
    std::string link_target;               ///< of a symbolic link
    dev_t device = 0;                      ///< of a device node
    std::uint64_t size = 0;                ///< of a file, holes included
    /// ACLs that name users or groups without their numbers: GNU tar writes no others. Extended
    /// attribute → lines.
    std::map<std::string, std::vector<AclLine>> named_acls;
};

/// A piece of a file's content; between the pieces are holes.
struct TarData {
    std::string_view bytes;  ///< until the next call
    std::uint64_t offset = 0;
};

/// Reads a tar file (ustar, pax, GNU, old) of any compression: none, gzip, bzip2, xz, lzma, zstd,
/// lz4. By libarchive.
class [[nodiscard]] TarReader {
public:
    /// SOURCE outlives it. Errors: invalid_input when it is no such file.
    static Result<TarReader> open(ByteSource& source);
    TarReader(TarReader&&) noexcept;
    ~TarReader();

    /// The next entry; nothing behind the last one. Then all of the file has been read: it is
    /// whole, as far as it can tell. Errors: invalid_input for a file that is damaged or cut,
    /// limit_exceeded for an entry that is too large to be one.
    Result<std::optional<TarEntry>> next();
    /// The next piece of the entry's content; nothing at its end. Errors as above.
    Result<std::optional<TarData>> data();

private:
    struct State;
    explicit TarReader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::server
