#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/tree_filter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace dim::server {

/// What a machine told of one name in its tree.
struct ListedName {
    std::string path;  ///< below the tree's root: "usr/bin/env"; empty is the root itself
    mode_t type = 0;   ///< S_IFREG etc.; no socket
    std::uint64_t size = 0;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    sys::FileTime modified;
    sys::FileTime changed;

    bool operator==(const ListedName&) const = default;
};

/// What its tree had when it was listed.
struct MachineList {
    /// By the bytes of their paths, the root first, none twice, each in a directory that is there.
    std::vector<ListedName> names;
    std::int64_t began = 0;   ///< by the machine's clock, in seconds since 1970
    std::uint64_t bytes = 0;  ///< that it sent
};

/// What stands before the machine's time, and before find's exit code.
inline constexpr std::string_view kListTitle = "dim-list 1 ";
inline constexpr std::string_view kListEnd = "end ";

/// Reads what listing() makes a machine say, piece by piece: nothing of it is believed.
class [[nodiscard]] ListReader {
public:
    /// What a list takes of the memory is a few times this.
    struct Limits {
        std::uint64_t names = 1'500'000;
        std::uint64_t bytes = std::uint64_t{256} << 20;
    };
    explicit ListReader(Limits limits) : limits_(limits) {}

    /// Errors: invalid_input for what is no list, limit_exceeded.
    Result<void> feed(std::string_view bytes);
    std::uint64_t count() const { return list_.names.size(); }
    /// The exit code of find; none: the list was cut short.
    std::optional<int> status() const { return status_; }
    /// After the last byte, of what FILTER does not leave out. Errors: unavailable when it was cut
    /// short; invalid_input for what is no tree.
    Result<MachineList> finish(const sys::TreeFilter& filter) &&;

private:
    Result<void> take(std::string_view record);
    Result<void> take_name(std::string_view record);

    Limits limits_;
    bool has_title_ = false;
    std::string partial_;  ///< a record whose NUL has not come yet
    std::optional<int> status_;
    MachineList list_;
};

}  // namespace dim::server
