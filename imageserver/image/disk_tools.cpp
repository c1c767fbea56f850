#include "imageserver/image/disk_tools.hpp"

#include "libdim/base/text.hpp"

namespace dim::server {

Result<sys::RunResult> run_disk_tool(const std::vector<std::string>& arguments,
                                     const std::string& package) {
    constexpr std::chrono::minutes kToolTimeout{10};
    Result<sys::RunResult> result = sys::run(arguments, kToolTimeout);
    if (!result && result.error().code() == ErrorCode::not_found)
        return fail(std::move(result).error().with_cure("install the package " + package));
    return result;
}

Result<std::string> run_good_disk_tool(const std::vector<std::string>& arguments,
                                       const std::string& package) {
    DIM_TRY(sys::RunResult result, run_disk_tool(arguments, package));
    if (result.status.is_success()) return std::move(result.output);
    return fail(ErrorCode::io, arguments.front() + " " + arguments.back() + ": " +
                                   to_string(result.status) + ": " +
                                   printable(trim(result.output), 500));
}

}  // namespace dim::server
