#pragma once

#include "libdim/base/result.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::linuxrc {

/// Which module of a kernel needs which: modules.dep(5) and the soft dependencies of
/// modules.softdep, both made by depmod(8).
class ModuleDependencies {
public:
    /// Errors: invalid_input for a line that is none, or a path that leads outside; limit_exceeded
    /// above 100,000 modules.
    static Result<ModuleDependencies> parse(std::string_view dependencies,
                                            std::string_view soft_dependencies);

    /// The paths, below /lib/modules/VERSION, of the modules WANTED by name ("virtio_net") and of
    /// all that they need. One that is not there is left out: a kernel has it built in, or is of
    /// another version, or does not have it.
    std::set<std::string> closure(std::span<const std::string_view> wanted) const;
    bool has(std::string_view name) const;
    /// The module that NAME may have been meant to be: few letters differ; nothing when none is
    /// near.
    std::optional<std::string> nearest(std::string_view name) const;

private:
    struct Module {
        std::string path;
        std::vector<std::string> needs;  ///< names
    };
    std::map<std::string, Module, std::less<>> modules_;  ///< by name, "-" is "_" in it
};

/// What depmod(8) says of the modules of a kernel, as it writes it.
struct ModuleIndexes {
    std::string dependencies;       ///< modules.dep
    std::string aliases;            ///< modules.alias
    std::string soft_dependencies;  ///< modules.softdep
};
/// What INDEXES say of the modules with these PATHS.
ModuleIndexes indexes_of(const ModuleIndexes& indexes, const std::set<std::string>& paths);

/// "kernel/drivers/net/virtio-net.ko.xz" is module "virtio_net". Empty for what is no module.
std::string module_name(std::string_view path);

/// What a module says of itself in its section .modinfo: "firmware=tigon/tg3.bin" is one of them.
/// Errors: invalid_input for what is no 64-bit ELF object.
Result<std::vector<std::string>> module_info(std::string_view module);

}  // namespace dim::linuxrc
