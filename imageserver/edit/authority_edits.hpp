#pragma once

#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/edit/edit.hpp"
#include "imageserver/identity/identity.hpp"
#include "imageserver/state/wall_clock.hpp"

namespace dim::server {

/// Replaces the certificate authority without locking a blade out: the next one is made beside it
/// and boot files trust both; once every blade that is up has booted from such a file, the next one
/// takes over. What a kill leaves half done, resume() or the same call again completes.
class AuthorityEdits {
public:
    /// The references outlive this.
    AuthorityEdits(Identity& identity, BootFiles& boot_files, BootJournal& journal,
                   const Roster& roster, const WallClock& clock)
        : identity_(identity),
          boot_files_(boot_files),
          journal_(journal),
          roster_(roster),
          clock_(clock) {}

    Result<api::AuthorityStatus> status();
    /// Takes as long as building the boot files. Errors: conflict when finishing would lock blades
    /// out and the request does not insist, or when there is nothing to finish.
    Result<Edit> rotate(const api::RotateAuthority& request, const Progress& progress);
    /// Builds the boot files that a killed daemon did not come to. Call it once at the start,
    /// before the DHCP server is told. Returns how many.
    Result<std::size_t> resume();

private:
    Result<Edit> begin(const Progress& progress);
    Result<Edit> finish(bool is_forced, const Progress& progress);
    Result<std::size_t> rebuild(const Progress& progress);
    Result<std::vector<model::ComponentName>> blades_without(const std::string& fingerprint);

    Identity& identity_;
    BootFiles& boot_files_;
    BootJournal& journal_;
    const Roster& roster_;
    const WallClock& clock_;
};

}  // namespace dim::server
