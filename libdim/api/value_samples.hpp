#pragma once

#include "libdim/api/problem.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/mac_address.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

/// Values of the messages that are samples. See message_samples.hpp.
namespace dim::api::samples {

inline model::MacAddress mac() { return *model::MacAddress::parse("52:54:00:01:01:01"); }
inline model::Ipv4Address address() { return *model::Ipv4Address::parse("10.1.0.11"); }
inline model::ComponentName blade() { return *model::ComponentName::parse("s01c1b01"); }
inline model::ImageName image() { return *model::ImageName::parse("granite"); }
inline model::Generation generation() { return *model::Generation::from_number(7); }
inline model::Timestamp time() { return *model::Timestamp::parse("2026-11-20T13:40:00.000250Z"); }
inline Problem problem() {
    return {"urn:dim:error:not-found", "No such thing", 404, "there is no image granite",
            "dim image import"};
}

}  // namespace dim::api::samples
