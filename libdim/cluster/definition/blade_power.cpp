#include "libdim/cluster/definition/blade_power.hpp"

#include "libdim/cluster/definition/number_property.hpp"
#include "libdim/model/enum_text.hpp"

namespace dim::cluster {

namespace {

constexpr model::EnumWords<PowerKind, 3> kPowerKinds{{{PowerKind::bladecenter, "bladecenter"},
                                                      {PowerKind::ipmi, "ipmi"},
                                                      {PowerKind::exec, "exec"}}};
constexpr std::uint16_t kLongestSeconds = 3600;
constexpr std::uint8_t kLastCipherSuite = 17;

std::string of_blade(std::string_view property, const Blade& blade) {
    return "property " + std::string(property) + " of " + to_string(blade.name);
}

Result<PowerKind> kind_of(const Definition& definition, const Blade& blade) {
    const auto word = attribute_of(definition, blade.position, "power");
    if (!word) return PowerKind::bladecenter;
    auto kind = model::parse_word(kPowerKinds, "kind of power", *word);
    if (!kind) return fail(std::move(kind).error().with_context(of_blade("power", blade)));
    return kind;
}

Result<std::optional<model::Ipv4Address>> power_address_of(const Definition& definition,
                                                           const Blade& blade) {
    if (const auto text = attribute_of(definition, blade.position, "power-address")) {
        auto address = model::Ipv4Address::parse(*text);
        if (address) return *address;
        return fail(std::move(address).error().with_context(of_blade("power-address", blade)));
    }
    for (const BladeInterface& interface : blade.interfaces) {
        const Network* network = find_network(definition, interface.network);
        if (network != nullptr && network->role == NetworkRole::management)
            return interface.address;
    }
    return std::nullopt;
}

/// Errors: invalid_input unless it is an absolute path.
Result<std::optional<std::string>> program_property(const Definition& definition,
                                                    const Blade& blade, std::string_view property) {
    auto path = attribute_of(definition, blade.position, property);
    if (!path || path->starts_with('/')) return path;
    return fail(Error(ErrorCode::invalid_input,
                      of_blade(property, blade) + ": '" + *path + "' is no absolute path")
                    .with_cure("name one program, without arguments: it gets them from DIM"));
}

Result<void> check_needed(const BladePower& power, const Blade& blade) {
    if (power.kind == PowerKind::exec && !power.command)
        return fail(Error(ErrorCode::not_found, to_string(blade.name) + " has power=exec and no "
                                                                        "power-command")
                        .with_cure("name the program by a property power-command"));
    if (power.kind == PowerKind::ipmi && !power.address)
        return fail(Error(ErrorCode::not_found, to_string(blade.name) + " has power=ipmi and no "
                                                                        "address of a BMC")
                        .with_cure("give it an <interface> on a network of role management, or a "
                                   "property power-address"));
    return {};
}

}  // namespace

std::string_view to_string(PowerKind kind) { return model::word_of(kPowerKinds, kind); }

Result<BladePower> power_of(const Definition& definition, const Blade& blade) {
    BladePower power;
    DIM_TRY(power.kind, kind_of(definition, blade));
    DIM_TRY(power.address, power_address_of(definition, blade));
    DIM_TRY(power.port,
            number_property<std::uint16_t>(definition, blade.position, "power-port", UINT16_MAX));
    DIM_TRY(power.command, program_property(definition, blade, "power-command"));
    DIM_TRY(power.seconds, number_property<std::uint16_t>(definition, blade.position,
                                                          "power-seconds", kLongestSeconds));
    DIM_TRY(power.console, program_property(definition, blade, "console-command"));
    DIM_TRY(power.cipher_suite,
            number_property<std::uint8_t>(definition, blade.position, "ipmi-cipher-suite",
                                          kLastCipherSuite, 0));
    power.credentials = attribute_of(definition, blade.position, "credentials");
    DIM_CHECK(check_needed(power, blade));
    return power;
}

}  // namespace dim::cluster
