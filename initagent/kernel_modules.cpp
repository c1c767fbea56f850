#include "initagent/kernel_modules.hpp"

#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace dim::agent {

namespace {

constexpr std::size_t kNamedLimit = 64 * 1024;
constexpr std::size_t kModaliasLimit = 4096;  // a page, as the kernel has it
constexpr std::size_t kDevicesLimit = 4096;   // of one bus
constexpr std::size_t kFailuresLimit = 16;
/// A device behind a bridge behind a controller: what each module brings asks for the next.
constexpr int kRoundsLimit = 16;

/// An index that is not there is empty.
Result<std::string> read_index(const std::string& path) {
    auto text = sys::read_file(path, kModuleIndexLimit);
    if (!text && text.error().code() == ErrorCode::not_found) return std::string();
    return text;
}

/// False when TEXT was there already.
bool add(std::vector<std::string>& texts, const std::string& text) {
    if (std::ranges::find(texts, text) != texts.end()) return false;
    texts.push_back(text);
    return true;
}

}  // namespace

Result<KernelModules> KernelModules::open(const std::string& kernel, Load load, ModuleFiles files) {
    KernelModules modules;
    const auto versions = sys::list_names(files.modules);
    if (!versions || versions->empty() || !sys::stat(files.kernel_modules)) return modules;
    modules.directory_ = files.modules + '/' + kernel;
    if (!sys::stat(modules.directory_)) {
        return fail(Error(ErrorCode::conflict,
                          "the kernel of the boot file is " + printable(kernel, 64) +
                              ", its modules are for " + printable(versions->front(), 64))
                        .with_cure("build it anew: dim buildzimage IMAGE"));
    }
    ModuleIndexTexts texts;
    DIM_TRY(texts.dependencies, read_index(modules.directory_ + "/modules.dep"));
    DIM_TRY(texts.aliases, read_index(modules.directory_ + "/modules.alias"));
    DIM_TRY(texts.soft_dependencies, read_index(modules.directory_ + "/modules.softdep"));
    DIM_TRY(texts.builtin, read_index(modules.directory_ + "/modules.builtin"));
    auto index = ModuleIndex::parse(std::move(texts));
    if (!index) return fail(std::move(index).error().with_context(modules.directory_));
    modules.index_ = *std::move(index);
    modules.files_ = std::move(files);
    modules.load_ = std::move(load);
    return modules;
}

void KernelModules::load(const std::string& asked) {
    for (const std::string& module : index_->find(asked)) {
        for (const std::string& file : index_->load_order(module)) {
            if (!add(tried_, file)) continue;
            const auto loaded = load_(directory_ + '/' + file);
            // A driver that was named, and has nothing to drive here, is no failure.
            if (loaded || loaded.error().system_errno() == ENODEV) continue;
            const std::string failure = "a module was not loaded: " + loaded.error().message();
            log(LogLevel::warning, failure);
            if (failures_.size() < kFailuresLimit) failures_.push_back(failure);
        }
    }
}

void KernelModules::load_named() {
    if (!index_) return;
    const auto text = sys::read_file(files_.named, kNamedLimit);
    if (!text) return;
    for (const std::string& name : parse_module_list(*text))
        load(name);
}

void KernelModules::load_module(const std::string& name) {
    if (index_) load(name);
}

std::vector<std::string> KernelModules::modaliases() const {
    std::vector<std::string> found;
    const auto buses = sys::list_names(files_.buses);
    if (!buses) return found;
    for (const std::string& bus : *buses) {
        const std::string devices = files_.buses + '/' + bus + "/devices";
        const auto directory = sys::open_directory(devices);
        if (!directory) continue;
        const auto names = sys::first_names(*directory, kDevicesLimit);
        if (!names) continue;
        for (const std::string& name : *names) {
            const auto text = sys::read_file(devices + '/' + name + "/modalias", kModaliasLimit);
            if (text && !trim(*text).empty()) found.emplace_back(trim(*text));
        }
    }
    return found;
}

void KernelModules::load_for_devices() {
    if (!index_) return;
    for (int round = 0; round < kRoundsLimit; ++round) {
        bool is_new = false;
        for (const std::string& modalias : modaliases()) {
            if (!add(asked_, modalias)) continue;
            is_new = true;
            load(modalias);
        }
        if (!is_new) return;
    }
}

}  // namespace dim::agent
