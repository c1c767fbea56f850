#pragma once

/// One message of each kind for tests: full has every member, bare only those that must be.
#include "libdim/api/admin_samples.hpp"
#include "libdim/api/agent_samples.hpp"
#include "libdim/api/blade_samples.hpp"
#include "libdim/api/cluster_samples.hpp"
#include "libdim/api/image_samples.hpp"
#include "libdim/api/look_samples.hpp"
#include "libdim/api/server_samples.hpp"
#include "libdim/api/sync_samples.hpp"
#include "libdim/api/value_samples.hpp"
