#pragma once

namespace dim::server {

/// The services that must serve what the database says before an edit is done.
struct ServiceNeeds {
    bool dhcp = false;
    bool exports = false;

    bool is_empty() const { return !dhcp && !exports; }
    bool operator==(const ServiceNeeds&) const = default;
};

}  // namespace dim::server
