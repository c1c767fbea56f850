#pragma once

#include "imageserver/apply/service_appliers.hpp"
#include "libdim/base/result.hpp"

#include <functional>
#include <string>

namespace dim::server {

/// A change that is in the database. It is done when the services it needs run with it.
struct Edit {
    std::string done;  ///< what is achieved then, in a sentence
    ServiceNeeds needs{};
    /// Takes the change out of the database again, when a service does not accept it; empty: it
    /// stays.
    std::function<void()> take_back{};
};

/// Sees to it that the services run with the change, and tells DONE what is achieved then; when one
/// does not accept it, the change is taken back and DONE told why. DONE is called by whoever makes
/// the edit, or later on a service's thread. SERVICES outlives that.
void finish_edit(Result<Edit> edit, ServiceAppliers& services,
                 std::function<void(const Result<std::string>&)> done);

}  // namespace dim::server
