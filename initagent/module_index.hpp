#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dim::agent {

/// Of each index of depmod(8): several times what Debian's kernel has with all its modules.
inline constexpr std::size_t kModuleIndexLimit = std::size_t{8} << 20;

/// The texts of the indexes that depmod(8) writes into /lib/modules/VERSION; all but the first may
/// be empty.
struct ModuleIndexTexts {
    std::string dependencies;       ///< modules.dep
    std::string aliases;            ///< modules.alias
    std::string soft_dependencies;  ///< modules.softdep
    std::string builtin;            ///< modules.builtin
};

/// Which modules there are, for which hardware, and what each of them needs. The texts are searched
/// as they are: those of a boot file have some dozen lines.
class ModuleIndex {
public:
    /// Lines that are none of an index are ignored, as modprobe(8) does.
    /// Errors: invalid_input for the path of a module that leads out of its directory;
    /// limit_exceeded.
    static Result<ModuleIndex> parse(ModuleIndexTexts texts);

    /// The names of the modules that ASKED stands for: a module's own name, or an alias such as the
    /// modalias of a device. None when there is no such module, or it is part of the kernel.
    std::vector<std::string> find(std::string_view asked) const;

    /// The files of MODULE and of all that it needs, below /lib/modules/VERSION, in the order they
    /// are to be loaded in; none for a module that there is not.
    std::vector<std::string> load_order(const std::string& module) const;

private:
    explicit ModuleIndex(ModuleIndexTexts texts) : texts_(std::move(texts)) {}
    void append_softly(const std::string& module, std::string_view when, int depth,
                       std::vector<std::string>& seen, std::vector<std::string>& files) const;
    void append(const std::string& module, int depth, std::vector<std::string>& seen,
                std::vector<std::string>& files) const;

    ModuleIndexTexts texts_;
};

/// Whether TEXT is what PATTERN stands for: "*" any text, "?" any character, "[0-9a]" one of these.
bool matches_alias(std::string_view pattern, std::string_view text);

/// The names in a file of modules-load.d(5): one a line, comments begin with '#' or ';'.
std::vector<std::string> parse_module_list(std::string_view text);

}  // namespace dim::agent
