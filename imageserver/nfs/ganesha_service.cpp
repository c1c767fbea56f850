#include "imageserver/nfs/ganesha_service.hpp"

#include "imageserver/nfs/null_call.hpp"
#include "libdim/base/text.hpp"

#include <array>

namespace dim::server {

namespace {

constexpr const char* kProgram = "/usr/bin/ganesha.nfsd";
/// It does in blade images whatever the blade's root may do to files, as the user who asks for it
/// (setfsuid), and opens them by their handles. Nothing of this is about the server's own kernel or
/// network.
const std::vector<sys::Capability> kCapabilities{
    sys::Capability::chown,  sys::Capability::dac_override, sys::Capability::dac_read_search,
    sys::Capability::fowner, sys::Capability::fsetid,       sys::Capability::mknod,
    sys::Capability::setuid, sys::Capability::setgid};
// Said at a start ("client info completed from backend") and after a reload ("Reread exports
// complete").
constexpr const char* kReadyText = " complete";
// It goes on without the export at fault, so only its log tells.
constexpr std::array<std::string_view, 3> kComplaints{"Could not create export for", "syntax error",
                                                      "Fatal errors"};
// A line's own text follows the level, ":CRIT :".
constexpr std::string_view kLevelEnd = " :";

}  // namespace

std::string ganesha_configuration_file(const std::string& directory) {
    return directory + "/ganesha.conf";
}

std::string ganesha_recovery_directory(const std::string& directory) {
    return directory + "/recovery";
}

std::string ganesha_complaint(std::string_view log) {
    for (const std::string_view line : split(log, '\n')) {
        for (const std::string_view complaint : kComplaints) {
            if (line.find(complaint) == line.npos) continue;
            const std::size_t text = line.rfind(kLevelEnd);
            return printable(trim(text == line.npos ? line : line.substr(text + kLevelEnd.size())),
                             400);
        }
    }
    return {};
}

ConfiguredService::Settings ganesha_service(const std::string& directory,
                                            model::Ipv4Address address) {
    ConfiguredService::Settings settings;
    settings.directory = directory;
    settings.service.name = "ganesha";
    settings.service.arguments = {kProgram, "-F",     "-f", ganesha_configuration_file(directory),
                                  "-L",     "STDOUT", "-p", directory + "/ganesha.pid"};
    settings.service.log_file = directory + "/ganesha.log";
    // It tells file systems apart by what libblkid says is on their device, and that believes its
    // cache for 200 s: two images would be one when loop devices changed hands meanwhile.
    settings.service.environment = {"BLKID_FILE=/dev/null"};
    settings.service.confinement = {.user = "root", .capabilities = kCapabilities};
    settings.service.reload = ReloadAction::hangup;
    settings.service.ready_text = kReadyText;
    settings.service.probe = [address](std::string_view log) -> Result<void> {
        if (std::string complaint = ganesha_complaint(log); !complaint.empty())
            return fail(ErrorCode::invalid_input, "the NFS server says: " + complaint);
        return call_null(address);
    };
    settings.service.explain = ganesha_complaint;
    return settings;
}

}  // namespace dim::server
