#include "libdim/model/hardware.hpp"

#include "libdim/model/enum_text.hpp"

namespace dim::model {

namespace {

constexpr EnumWords<Architecture, 4> kArchitectures{{
    {Architecture::ppc64, "ppc64"},
    {Architecture::ppc64le, "ppc64le"},
    {Architecture::x86_64, "x86_64"},
    {Architecture::aarch64, "aarch64"},
}};

constexpr EnumWords<BladeType, 2> kBladeTypes{
    {{BladeType::js20, "js20"}, {BladeType::js21, "js21"}}};

}  // namespace

std::string_view to_string(Architecture architecture) {
    return word_of(kArchitectures, architecture);
}

Result<Architecture> parse_architecture(std::string_view text) {
    return parse_word(kArchitectures, "architecture", text);
}

std::string_view to_string(BladeType type) { return word_of(kBladeTypes, type); }

Result<BladeType> parse_blade_type(std::string_view text) {
    return parse_word(kBladeTypes, "blade type", text);
}

Architecture architecture_of(BladeType type) {
    switch (type) {
        case BladeType::js20:
        case BladeType::js21: return Architecture::ppc64;
    }
    std::unreachable();
}

}  // namespace dim::model
