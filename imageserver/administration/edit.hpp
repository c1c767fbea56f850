#pragma once

#include <functional>
#include <string>

namespace dim::server {

/// Services that serve what the database says.
struct ServiceNeeds {
    bool dhcp = false;
    bool exports = false;

    bool is_empty() const { return !dhcp && !exports; }
    bool operator==(const ServiceNeeds&) const = default;
};

/// A change that is in the database. It is done when the services it needs run with it.
struct Edit {
    std::string done;  ///< what is achieved then, in a sentence
    ServiceNeeds needs{};
    /// Takes the change out of the database again, when a service does not accept it; empty: it
    /// stays.
    std::function<void()> take_back{};
};

}  // namespace dim::server
