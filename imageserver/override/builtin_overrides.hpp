#pragma once

#include "imageserver/override/blade_identities.hpp"
#include "imageserver/override/blade_root.hpp"
#include "imageserver/override/wanted_file.hpp"
#include "libdim/cluster/definition/definition.hpp"
#include "libdim/override/override_settings.hpp"

namespace dim::server {

/// What DIM writes for a blade by itself, as far as SETTINGS have it: its name, hosts(5),
/// machine-id, ssh host keys, an fstab without the master's disks, that nobody touches the
/// interface that the root comes over, and the time servers and the name server that DHCP would
/// tell there. What is edited is edited as it is in ROOT now; what ROOT has no use for is left out.
/// A file that cannot be read is a problem of that file. Errors: of what makes identities.
Result<WantedFiles> builtin_overrides(const cluster::Definition& definition,
                                      const cluster::Blade& blade,
                                      const overrides::Settings& settings, const BladeRoot& root,
                                      BladeIdentities& identities);

}  // namespace dim::server
