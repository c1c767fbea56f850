#pragma once

#include "imageserver/apply/applied_service.hpp"
#include "imageserver/blade/assignments.hpp"
#include "imageserver/boot_file/next_boot_files.hpp"
#include "imageserver/dhcp/dhcp_service.hpp"

#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace dim::server {

/// Why BLADE, and maybe others that want the same, has no boot file, or one without its words.
struct MissingBootFile {
    model::ComponentName blade;
    std::string text;
    std::string cure;

    bool operator==(const MissingBootFile&) const = default;
};

/// Addresses and boot files for the blades of the roster, by the DHCP server.
class BladeDhcp final : public AppliedService {
public:
    /// The references outlive this.
    BladeDhcp(DhcpService& dhcp, const Roster& roster, Assignments& assignments,
              const Images& images, const BootFiles& boot_files)
        : dhcp_(dhcp),
          roster_(roster),
          assignments_(assignments),
          images_(images),
          boot_files_(boot_files) {}

    /// What every blade that has a MAC is told. Makes no boot files.
    Result<std::vector<api::DhcpHost>> hosts() const;

    /// What could not be made when the DHCP server was told last: apply() tries it again. Not
    /// those with drivers that BootFiles::complete() still has to make. Any thread may ask.
    std::vector<MissingBootFile> missing() const;

    /// The paths of boot files that blades are told. Any thread may ask.
    Result<std::set<std::string>> paths() const;

    Result<void> apply() override;
    Result<std::optional<api::ServiceReload>> reloaded_by(const Roster& next) override;
    std::optional<api::ServiceStatus> status() const override { return dhcp_.status(); }

private:
    /// Whether boot files of blades' own are made, or it is told where they would be.
    enum class Variants { made, told };
    Result<std::vector<api::DhcpHost>> hosts_of(const Roster& roster, Variants variants,
                                                std::vector<MissingBootFile>& missing) const;
    void note_missing(std::vector<MissingBootFile> missing);

    DhcpService& dhcp_;
    const Roster& roster_;
    Assignments& assignments_;
    const Images& images_;
    const BootFiles& boot_files_;
    mutable std::mutex mutex_;
    std::vector<MissingBootFile> missing_;
};

}  // namespace dim::server
