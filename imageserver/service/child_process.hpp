#pragma once

#include "imageserver/service/child_record.hpp"
#include "imageserver/service/service_control.hpp"

#include <optional>
#include <string>

namespace dim::server {

/// A service's running process, started by us or by a predecessor of ours.
struct Child {
    sys::Process process;
    ChildRecord record;
};

/// Starts the service's program with a small, fixed environment, its output appended to its log,
/// in a process group of its own, and keeps its record in the file RECORD_PATH.
Result<Child> start_child(const ServiceDescription& service, const std::string& record_path);

/// What the record of a child says of its confinement.
std::string confinement_text(const ServiceDescription& service);

/// Notes in the record that the child has become ready.
Result<void> note_ready(Child& child, const std::string& record_path);

/// The process of the record in RECORD_PATH; nothing when there is none any more. Errors:
/// invalid_input for a damaged record, since the process could be running.
Result<std::optional<Child>> adopt_child(const std::string& record_path);

}  // namespace dim::server
