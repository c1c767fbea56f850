#include "libdim/model/boot_stage.hpp"

#include "libdim/model/enum_text.hpp"

namespace dim::model {

namespace {

constexpr EnumWords<BootStage, 12> kStages{{
    {BootStage::firmware, "firmware"},
    {BootStage::kernel, "kernel"},
    {BootStage::environment, "environment"},
    {BootStage::network, "network"},
    {BootStage::connect, "connect"},
    {BootStage::tls, "tls"},
    {BootStage::plan, "plan"},
    {BootStage::mount_root, "mount-root"},
    {BootStage::mount_shared, "mount-shared"},
    {BootStage::switch_root, "switch-root"},
    {BootStage::exec_init, "exec-init"},
    {BootStage::running, "running"},
}};

constexpr EnumWords<BladeState, 7> kStates{{
    {BladeState::unseen, "unseen"},
    {BladeState::firmware, "firmware"},
    {BladeState::booting, "booting"},
    {BladeState::running, "running"},
    {BladeState::failed, "failed"},
    {BladeState::lost, "lost"},
    {BladeState::off, "off"},
}};

}  // namespace

std::string_view to_string(BootStage stage) { return word_of(kStages, stage); }

Result<BootStage> parse_boot_stage(std::string_view text) {
    return parse_word(kStages, "boot stage", text);
}

std::string_view to_string(BladeState state) { return word_of(kStates, state); }

Result<BladeState> parse_blade_state(std::string_view text) {
    return parse_word(kStates, "blade state", text);
}

}  // namespace dim::model
