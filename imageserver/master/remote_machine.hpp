#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// What a machine told of itself before its tree is taken.
struct RemoteMachine {
    struct Mount {
        std::string source;  ///< "/dev/sda2"
        std::string target;
        std::string type;

        bool operator==(const Mount&) const = default;
    };
    std::string root;               ///< the tree's, without links on the way
    bool is_root = false;           ///< we are its root
    std::set<std::string> options;  ///< of its tar: "--xattrs"
    bool has_gnu_find = false;      ///< one that prints what it finds
    std::vector<Mount> mounts;
    std::vector<std::pair<std::string, std::uint64_t>> used;  ///< mount point → bytes, of some

    bool operator==(const RemoteMachine&) const = default;
};

/// The script for its shell that makes it tell; PATH is where the tree is.
std::string question(const std::string& path);
/// What came out of it. Errors: invalid_input for anything else, limit_exceeded.
Result<RemoteMachine> parse_answer(std::string_view text);

/// The mount points whose file systems belong to the tree, from its root: "." first, "./boot".
std::vector<std::string> parts_of_tree(const RemoteMachine& machine, bool one_file_system);
/// What these take, about; 0: unknown.
std::uint64_t used_bytes(const RemoteMachine& machine, const std::vector<std::string>& parts);

/// The script that writes the tree, as a tar file, to its standard output. EXCLUDE are
/// model::PathPattern. Errors: conflict when its tar cannot do that.
Result<std::string> transfer(const RemoteMachine& machine, const std::vector<std::string>& parts,
                             const std::vector<std::string>& exclude);

/// Whether its find and tar can do what listing() and transfer_of_some() ask of them.
bool can_list(const RemoteMachine& machine);
/// The script that lists the tree for ListReader. What of EXCLUDE its find would take for something
/// else is listed, too. The machine can_list().
std::string listing(const RemoteMachine& machine, const std::vector<std::string>& parts,
                    const std::vector<std::string>& exclude);
/// The script that writes what its standard input names, "./etc/motd" and a NUL each, as a tar file
/// to its standard output: of directories their entries alone. Errors: those of transfer().
Result<std::string> transfer_of_some(const RemoteMachine& machine);

}  // namespace dim::server
