#pragma once

#include "libdim/base/result.hpp"
#include "libdim/override/override_settings.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/file_owner.hpp"
#include "libdim/tls/secret_text.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace dim::server {

// What a tree of templates may have.
inline constexpr std::size_t kTemplateBytes = std::size_t{1} << 20;       ///< of a file
inline constexpr std::size_t kTemplateTreeBytes = std::size_t{16} << 20;  ///< of all
inline constexpr std::size_t kTemplates = 2000;                           ///< with directories
inline constexpr std::size_t kTemplateDepth = 16;

/// A file or directory of such a tree, as it is for all blades.
struct Template {
    std::string path;    ///< in the blade's root: "etc/motd"
    std::string source;  ///< below the directory of overrides: "group/gpu/etc/motd.verbatim"
    bool is_directory = false;
    bool is_verbatim = false;  ///< copied as it is
    tls::SecretText bytes = {};
    mode_t mode = 0644;
    sys::FileOwner owner = {};
};

struct OverrideTree {
    std::vector<Template> templates = {};  ///< sorted by path, each path once
    overrides::Settings settings = {};
};

/// Reads the tree LEVEL ("group/gpu") below the directory TOP; empty when it is not there. Errors:
/// invalid_input for what is no file or directory (links too), for a name that is not printable
/// ASCII, for two files of one path, for wrong settings; limit_exceeded; each names the file.
Result<OverrideTree> read_override_tree(const sys::Fd& top, const std::string& level);

}  // namespace dim::server
