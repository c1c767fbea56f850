#pragma once

#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dim::api {

inline constexpr std::uint64_t kSmallestBladeImage = std::uint64_t{16} << 20;
/// What mkfs.xfs makes.
inline constexpr std::uint64_t kSmallestXfs = std::uint64_t{320} << 20;
inline constexpr std::uint64_t kLargestBladeImage = std::uint64_t{4} << 40;

/// What `dim` leaves out of every master unless told otherwise: model::PathPattern. Nothing of it
/// is a machine's own, or of use to another.
const std::vector<std::string>& default_exclusions();

/// How a file is named that holds what `dim` read from its standard input: nobody finds it there a
/// second time.
inline constexpr std::string_view kSpooledInput = "/dim-standard-input-";

/// What can be said of an import without looking at the tree: by `dim` before it asks, and by the
/// daemon. Errors: invalid_input with the cure, limit_exceeded.
Result<void> check_import(const ImportImage& request);

/// Errors: invalid_input.
Result<void> check_blade_image_size(std::uint64_t bytes);

/// Errors: invalid_input when nothing is to be kept.
Result<void> check_collection(const CollectGenerations& request);
/// As check_import().
Result<void> check_update(const UpdateImage& request);
/// Errors: invalid_input; limit_exceeded for more shared directories than a boot plan can name.
Result<void> check_shared(const std::vector<std::string>& names);
/// Errors: invalid_input for what is out of bounds, or when nothing is to be changed.
Result<void> check_settings(const SetImage& request);
/// Errors: invalid_input for more than 200 bytes, or what is not printable in a line.
Result<void> check_label(const std::string& label);

/// Errors: invalid_input for what is no absolute path in one word.
Result<void> check_init_path(const std::string& init);

}  // namespace dim::api
