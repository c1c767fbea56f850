#include "tools/module_access.hpp"

#include "libdim/sys/file.hpp"
#include "libdim/tls/secret_text.hpp"
#include "tools/global_options.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace dim::tool {

namespace {

constexpr std::size_t kCredentialsLimit = 4096;
constexpr std::array<std::pair<const char*, std::string_view>, 4> kVariables{
    {{"DIM_MM_COMMUNITY", "community "},
     {"DIM_MM_USER", "user "},
     {"DIM_MM_AUTH", "auth "},
     {"DIM_MM_PRIVACY", "privacy "}}};

Result<void> check_private(const std::string& path, const sys::FileStatus& status) {
    const auto refuse = [&](const std::string& why, std::string cure) {
        return fail(
            Error(ErrorCode::permission_denied, path + ": " + why).with_cure(std::move(cure)));
    };
    if (!S_ISREG(status.mode)) return refuse("no file", "name a file with credentials");
    if ((status.mode & (S_IRWXG | S_IRWXO)) != 0)
        return refuse("others may read or change these credentials", "chmod 600 " + path);
    if (status.owner != ::geteuid() && status.owner != 0)
        return refuse("these credentials are another user's",
                      "chown it, or make a file of your own");
    return {};
}

Result<tls::SecretText> read_private_file(const std::string& path) {
    DIM_TRY(const sys::Fd fd, sys::open(path, O_RDONLY | O_NONBLOCK));
    DIM_TRY(const auto status, sys::fstat(fd));
    DIM_CHECK(check_private(path, status));
    DIM_TRY(std::string text, sys::read_all(fd, kCredentialsLimit));
    return tls::SecretText(std::move(text));
}

Result<tls::SecretText> environment_text() {
    std::string text;
    text.reserve(kCredentialsLimit);  // no copy is left behind by growing
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
    DIM_TRY(const tls::SecretText text, file ? read_private_file(*file) : environment_text());
    auto parsed = snmp::parse_credentials(text.view());
    if (!parsed)
        return fail(
            std::move(parsed).error().with_context(file ? *file : "environment DIM_MM_..."));
    return parsed;
}

void ModuleAccess::add_options(CLI::App& app) {
    app.add_option("--mm", address,
                   "a management module that no cluster definition names: ADDRESS[:PORT]");
    add_asking_options(app);
}

void ModuleAccess::add_asking_options(CLI::App& app) {
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
    return ModuleContactPoint{agent, credentials_file};
}

Result<bladecenter::ManagementModule> ModuleAccess::open(const ModuleContactPoint& contact) const {
    DIM_TRY(const auto credentials, read_credentials(contact.credentials));
    DIM_TRY(auto session, snmp::Session::open({.agent = contact.agent,
                                               .timeout = std::chrono::milliseconds(timeout_ms),
                                               .retries = static_cast<int>(retries)},
                                              credentials));
    return bladecenter::ManagementModule(std::move(session));
}

}  // namespace dim::tool
