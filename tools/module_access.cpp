#include "tools/module_access.hpp"

#include "libdim/tls/private_file.hpp"
#include "tools/global_options.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdlib>
#include <utility>

namespace dim::tool {

namespace {

constexpr std::uint32_t kTimeoutMs = 2000;
constexpr std::uint32_t kRetries = 2;
constexpr std::array<std::pair<const char*, std::string_view>, 4> kVariables{
    {{"DIM_MM_COMMUNITY", "community "},
     {"DIM_MM_USER", "user "},
     {"DIM_MM_AUTH", "auth "},
     {"DIM_MM_PRIVACY", "privacy "}}};

Result<tls::SecretText> environment_text() {
    std::string text;
    text.reserve(tls::kPrivateFileLimit);  // no copy is left behind by growing
    for (const auto& [variable, key] : kVariables) {
        const char* const value = std::getenv(variable);
        if (value != nullptr && *value != '\0') text.append(key).append(value).append("\n");
    }
    if (!text.empty()) return tls::SecretText(std::move(text));
    return fail(Error(ErrorCode::not_found, "no credentials for the management module")
                    .with_cure("write 'community WORD' into a file of mode 0600 and name it with "
                               "--credentials FILE; docs/hardware.md tells of users of SNMPv3"));
}

}  // namespace

Result<snmp::Credentials> read_credentials(const std::optional<std::string>& file) {
    DIM_TRY(const tls::SecretText text, file ? tls::read_private_file(*file) : environment_text());
    auto parsed = snmp::parse_credentials(text.view());
    if (!parsed)
        return fail(
            std::move(parsed).error().with_context(file ? *file : "environment DIM_MM_..."));
    return parsed;
}

void ModuleAccess::add_options(CLI::App& app) {
    app.add_option("--mm", address,
                   "a management module that no cluster definition names: ADDRESS[:PORT]");
    add_credentials_options(app);
}

void ModuleAccess::add_credentials_options(CLI::App& app) {
    app.add_option("--credentials", credentials_file,
                   "a file that only you may read, with 'community WORD', or 'user NAME', 'auth "
                   "md5|sha PASSPHRASE', 'privacy des|aes PASSPHRASE'; unless given the "
                   "environment variables DIM_MM_COMMUNITY, or DIM_MM_USER, DIM_MM_AUTH and "
                   "DIM_MM_PRIVACY");
    app.add_option("--timeout", timeout_ms, "milliseconds to wait for each answer (2000)")
        ->check(CLI::Range(10, 600'000));
    app.add_option("--retries", retries, "requests that are sent again without one (2)")
        ->check(CLI::Range(0, 20));
}

Outcome<ModuleContactPoint> ModuleAccess::contact(const Context& context) const {
    DIM_CHECK(check_no_daemon_named(context.names_daemon, "--mm"));
    if (context.cluster_file)
        return contradiction("--mm and --cluster", "the one names a module by its address");
    DIM_TRY(const auto agent, from_word("--mm", snmp::AgentAddress::parse(*address)));
    return ModuleContactPoint{.first = {.agent = agent, .credentials = credentials_file}};
}

Result<snmp::Session> ModuleAccess::open_session(const AgentPoint& point) const {
    const std::uint32_t timeout = timeout_ms.value_or(point.timeout_ms.value_or(kTimeoutMs));
    const std::uint32_t tries = retries.value_or(point.retries.value_or(kRetries));
    DIM_TRY(const auto credentials, read_credentials(point.credentials));
    return snmp::Session::open({.agent = point.agent,
                                .timeout = std::chrono::milliseconds(timeout),
                                .retries = static_cast<int>(tries)},
                               credentials);
}

Result<bladecenter::ManagementModule> ModuleAccess::open(const ModuleContactPoint& contact) const {
    auto session = open_session(contact.first);
    if (!contact.partner) {
        if (!session) return fail(std::move(session).error());
        return bladecenter::ManagementModule(*std::move(session));
    }
    bladecenter::ManagementModule::Partner partner{
        .name = contact.partner_name,
        .open = [access = *this, point = *contact.partner] { return access.open_session(point); },
        .our_bay = contact.bay};
    if (session) return bladecenter::ManagementModule(*std::move(session), std::move(partner));
    // A user of version 3 finds out here that the first one is silent.
    if (!bladecenter::is_silence(session.error())) return fail(std::move(session).error());
    auto other = open_session(*contact.partner);
    if (!other)
        return fail(bladecenter::neither_answers(std::move(session).error(), contact.partner_name,
                                                 other.error()));
    return bladecenter::ManagementModule::of_partner(*std::move(other), contact.partner_name);
}

}  // namespace dim::tool
