#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/timestamp.hpp"
#include "libdim/sys/process_identity.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// What a later daemon must know to adopt a child. Written once before the child is started, with
/// its token only, and again when its number is known: whichever moment we are killed at, the child
/// is found.
struct ChildRecord {
    std::string token;                   ///< in the child's environment, see kTokenVariable
    std::vector<std::string> arguments;  ///< it was started with
    model::Timestamp since;
    std::optional<sys::ProcessIdentity> process;
    std::string executable;     ///< /proc/PID/exe; empty when it could not be read
    bool is_ready = false;      ///< it has been seen to be ready
    std::string confinement{};  ///< as text; empty: none, as before there was any

    bool operator==(const ChildRecord&) const = default;
};

inline constexpr std::string_view kTokenVariable = "DIM_SERVICE";

std::string to_json(const ChildRecord& record);
/// Errors: invalid_input.
Result<ChildRecord> parse_child_record(std::string_view json);

}  // namespace dim::server
