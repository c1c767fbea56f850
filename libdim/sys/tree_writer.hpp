#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/file_attributes.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <sys/types.h>

namespace dim::sys {

/// Makes a tree below a directory, from paths that somebody else chose ("usr/lib/x", without "."
/// and ".."): whatever they are, nothing outside is made, changed or read, because the kernel
/// resolves them (openat2). What is there already gives way, except that a directory stays one;
/// missing directories are made, of root, 0755. Needs root; nobody else changes the tree meanwhile.
///
/// The times and the default ACL of directories are set by finish(), after what is put into them.
class [[nodiscard]] TreeWriter {
public:
    enum class Links {
        refused,      ///< a path that passes a symbolic link is an error
        within_root,  ///< is resolved as by a process whose root this is
    };
    TreeWriter(Fd root, Links links) : root_(std::move(root)), links_(links) {}

    /// Errors of every call: permission_denied or invalid_input for a path that leads out or passes
    /// a link, limit_exceeded when the disk is full. Not all name the path.
    Result<void> directory(const std::string& path, const FileAttributes& attributes);
    /// An empty file, open for writing, that gets its attributes by finish_file(). What was there
    /// under that path keeps its other names.
    Result<Fd> file(const std::string& path);
    Result<void> finish_file(const std::string& path, const FileAttributes& attributes);
    Result<void> symlink(const std::string& path, const std::string& target,
                         const FileAttributes& attributes);
    /// A FIFO, a socket or a device, as the type in the attributes' mode says; DEVICE as makedev(3)
    /// has it.
    Result<void> special(const std::string& path, dev_t device, const FileAttributes& attributes);
    /// Another name of the file TARGET, which is no directory. Errors: not_found.
    Result<void> hard_link(const std::string& path, const std::string& target);

    /// Of what is there. Errors: not_found.
    Result<void> extended_attribute(const std::string& path, const std::string& key,
                                    const std::string& value);

    /// With all below it; what is not there is success.
    Result<void> remove(const std::string& path);
    /// All that is in the directory; what is not there is success.
    Result<void> clear(const std::string& path);

    /// Errors: limit_exceeded for more directories than kDirectoryBytes can name.
    Result<void> finish();

    /// Extended attributes that the file system does not have; they are left out.
    std::uint64_t attributes_left_out() const { return attributes_left_out_; }

    /// Of the names of directories that are remembered for finish().
    static constexpr std::size_t kDirectoryBytes = std::size_t{256} << 20;

private:
    struct Unfinished {
        FileTime modified;
        std::string default_acl;
    };
    struct Place {
        const Fd* parent;
        std::string name;
    };

    Result<Place> place(const std::string& path, bool makes_parents = true);
    Result<Fd> open_directory_at(const std::string& path, int more_flags = 0) const;
    Result<Fd> make_directories(const std::string& path) const;
    /// Takes away what is at the place of something new.
    Result<void> make_room(const Place& place);
    Result<void> set(const Place& place, const FileAttributes& attributes);

    Fd root_;
    Links links_;
    std::string parent_path_;
    Fd parent_;  ///< of parent_path_; empty when none is open
    std::map<std::string, Unfinished> unfinished_;
    std::size_t unfinished_bytes_ = 0;
    std::uint64_t attributes_left_out_ = 0;
};

}  // namespace dim::sys
