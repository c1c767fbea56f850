#pragma once

#include "initagent/module_index.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dim::agent {

/// Where the modules of the boot file are, and what tells which of them are needed.
struct ModuleFiles {
    std::string modules = "/lib/modules";
    std::string named = "/etc/modules-load.d/dim.conf";  ///< modules-load.d(5)
    std::string buses = "/sys/bus";
    std::string kernel_modules = "/proc/modules";  ///< is there when the kernel takes modules
};

/// The modules that a boot file brings for its kernel. Without any, as with a kernel that has all
/// it needs built in, there is nothing to do.
class KernelModules {
public:
    using Load = std::function<Result<void>(const std::string& file)>;

    KernelModules() = default;
    /// Those for the kernel KERNEL (uname -r); LOAD gives one of them to it.
    /// Errors: conflict when there are only modules of other kernels; invalid_input and
    /// limit_exceeded for their indexes.
    static Result<KernelModules> open(const std::string& kernel, Load load, ModuleFiles files = {});

    /// Loads what modules-load.d names.
    void load_named();
    /// Loads the module NAME; one that the boot file does not have may be part of the kernel.
    void load_module(const std::string& name);
    /// Loads what the devices ask for that there are now, and those that appear by it.
    void load_for_devices();

    bool is_open() const { return index_.has_value(); }
    /// What could not be loaded, a sentence each.
    const std::vector<std::string>& failures() const { return failures_; }

private:
    void load(const std::string& asked);
    std::vector<std::string> modaliases() const;

    ModuleFiles files_;
    std::string directory_;
    Load load_;
    std::optional<ModuleIndex> index_;
    std::vector<std::string> asked_, tried_, failures_;
};

}  // namespace dim::agent
