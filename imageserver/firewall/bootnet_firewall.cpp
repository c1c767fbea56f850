#include "imageserver/firewall/bootnet_firewall.hpp"

#include "libdim/base/text.hpp"
#include "libdim/render/bootnet_rules.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"

namespace dim::server {

namespace {

constexpr std::chrono::seconds kTimeout{20};
constexpr std::size_t kMessageLimit = 500;

/// nft with ARGUMENTS, which can do nothing but change the network.
Result<sys::RunResult> run_nft(const std::string& program, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program);
    auto result = sys::run(arguments, kTimeout,
                           {.confinement = sys::Confinement{
                                .user = "root", .capabilities = {sys::Capability::net_admin}}});
    if (result || result.error().code() != ErrorCode::not_found) return result;
    return fail(std::move(result).error().with_cure("install the package nftables"));
}

Result<void> expect_success(const std::string& what, const sys::RunResult& result) {
    if (result.status.is_success()) return {};
    return fail(ErrorCode::unavailable, what + ": nft ended with " + to_string(result.status) +
                                            ": " + printable(trim(result.output), kMessageLimit));
}

}  // namespace

std::string firewall_file(const std::string& directory) { return directory + "/bootnet.nft"; }

Result<void> remove_firewall_table(const std::string& program) {
    const std::string table = render::kFirewallTable;
    // Made first, so that it can be deleted even where it is not; both or neither.
    DIM_TRY(const sys::RunResult result,
            run_nft(program, {"add table " + table + "; delete table " + table}));
    return expect_success("remove the table " + table, result);
}

Result<void> BootnetFirewall::load() const {
    DIM_TRY(const sys::RunResult result, run_nft(settings_.program, {"-f", file()}));
    return expect_success("load " + file(), result);
}

Result<void> BootnetFirewall::apply() {
    const std::lock_guard one_at_a_time(changing_);
    Result<void> installed = install();
    if (settings_.on_apply) settings_.on_apply(installed);
    return installed;
}

Result<void> BootnetFirewall::install() const {
    const bool was_wanted = sys::stat(file()).has_value();
    DIM_CHECK(sys::ensure_directory(settings_.directory));
    DIM_CHECK(sys::write_file_atomically(
        file(), render::bootnet_rules(settings_.bootnet, settings_.boot_port)));
    Result<void> loaded = load();
    if (!loaded && !was_wanted) DIM_CHECK(sys::unlink(file()));
    return loaded;
}

Result<void> BootnetFirewall::remove() {
    const std::lock_guard one_at_a_time(changing_);
    DIM_CHECK(remove_firewall_table(settings_.program));
    auto removed = sys::unlink(file());
    if (!removed && removed.error().code() == ErrorCode::not_found) return {};
    DIM_CHECK(removed);
    return sys::fsync(settings_.directory);
}

Result<void> BootnetFirewall::restore() {
    if (!sys::stat(file())) return {};
    return apply();
}

Result<api::Firewall> BootnetFirewall::state() const {
    api::Firewall state{.rules = render::bootnet_rules(settings_.bootnet, settings_.boot_port),
                        .is_wanted = sys::stat(file()).has_value(),
                        .is_in_force = false,
                        .cause = {}};
    const auto listed =
        run_nft(settings_.program, {std::string("list table ") + render::kFirewallTable});
    state.is_in_force = listed && listed->status.is_success();
    if (!listed)
        state.cause = to_string(listed.error());
    else if (state.is_wanted && !state.is_in_force)
        state.cause = "somebody removed its table; 'dim firewall apply' brings it back";
    return state;
}

}  // namespace dim::server
