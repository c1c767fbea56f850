#include "imageserver/exec/blade_commands.hpp"

#include "imageserver/boot/boot_plan.hpp"
#include "imageserver/exec/image_command.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>

namespace dim::server {

using model::ComponentName;
using model::ImageName;

namespace {

constexpr std::size_t kToldBytes = 200;

Result<void> check_range(std::string_view what, std::uint32_t value, std::uint32_t most) {
    if (value >= 1 && value <= most) return {};
    return fail(ErrorCode::invalid_input,
                std::string(what) + " must be from 1 to " + std::to_string(most));
}

/// As text: JSON has no other; what is not UTF-8 is replaced when it is written.
std::string text_of(std::string bytes) {
    std::ranges::replace(bytes, '\0', '?');
    return bytes;
}

std::string end_text(const api::CommandResult& result) {
    if (result.problem) return result.problem->title;
    return to_string(sys::ExitStatus{.code = static_cast<int>(result.exit_code.value_or(0)),
                                     .signal = static_cast<int>(result.signal.value_or(0))});
}

void take_end(const Result<sys::ExitStatus>& end, api::CommandResult& result) {
    if (!end) {
        result.problem = api::to_problem(end.error());
    } else if (end->signal != 0) {
        result.signal = static_cast<std::uint32_t>(end->signal);
    } else {
        result.exit_code = static_cast<std::uint32_t>(end->code);
    }
}

}  // namespace

/// What a command runs in.
struct BladeCommands::Root {
    ImageName image;
    bladeexec::Invocation invocation;
    sys::Fd in_use;  ///< of the mounted image, which cannot be unmounted meanwhile
};

Result<void> BladeCommands::check(const api::RunCommand& request) const {
    if (request.command.empty() || request.command.front().empty())
        return fail(ErrorCode::invalid_input, "no command is named");
    DIM_CHECK(check_range("the time limit in seconds", request.time_limit_seconds,
                          api::limits::kCommandSeconds));
    DIM_CHECK(check_range("the number of blades at a time", request.parallel,
                          api::limits::kParallelCommands));
    return blades_.require(request.blades);
}

Result<BladeCommands::Root> BladeCommands::prepare(const ComponentName& blade,
                                                   const api::RunCommand& request) const {
    std::optional<ImageName> wanted = request.image;
    if (!wanted) {
        DIM_TRY(wanted, assignments_.image_of(blade));
    }
    DIM_TRY(const ImageName image, assigned_image(blade, wanted));
    DIM_CHECK(images_.image(image));
    const auto blade_image = images_.blade_image(blade, image);
    if (!blade_image)
        return fail(Error(blade_image.error())
                        .with_default_cure("dim blade create " + to_string(blade) + ' ' +
                                           to_string(image)));
    DIM_TRY(const api::ImageSummary summary, images_.image(image, blade_image->generation));
    DIM_TRY(std::string emulator, emulator_for(summary.architecture));
    DIM_CHECK(images_.ensure_ready(blade, image));
    DIM_CHECK(images_.ensure_shared_ready(image, blade_image->generation));
    Root root{.image = image,
              .invocation = {.root = images_.mount_point(blade, image),
                             .shared = {},
                             .hostname = to_string(blade),
                             .interpreter = std::move(emulator),
                             .command = request.command},
              .in_use = {}};
    const std::string shared = images_.shared_mount_point(image, blade_image->generation);
    for (const std::string& directory : summary.shared)
        root.invocation.shared.push_back({.name = directory, .source = shared + '/' + directory});
    DIM_TRY(root.in_use, sys::open(root.invocation.root, O_PATH | O_DIRECTORY));
    return root;
}

api::CommandResult BladeCommands::run(const ComponentName& blade, const api::RunCommand& request,
                                      const sys::Fd& given_up) {
    api::CommandResult result{.blade = blade};
    const std::int64_t begin = sys::monotonic_us();
    auto root = prepare(blade, request);
    if (root) {
        result.image = root->image;
        CommandOutcome outcome =
            run_in_image(program_, root->invocation,
                         {.time = std::chrono::seconds(request.time_limit_seconds),
                          .given_up = {&given_up, &ending_.read_end}});
        take_end(outcome.end, result);
        result.output = text_of(std::move(outcome.output));
        result.is_output_cut = outcome.is_output_cut;
    } else {
        result.problem = api::to_problem(root.error());
    }
    result.seconds = static_cast<double>(sys::monotonic_us() - begin) / 1e6;
    tell(result, request);
    return result;
}

void BladeCommands::tell(const api::CommandResult& result, const api::RunCommand& request) {
    std::string text = "command:";
    for (const std::string& word : request.command)
        text += ' ' + word;
    // The story is for people; a command that ran is no failure because its story cannot be told.
    (void)blades_.tell({&result.blade, 1}, printable(text, kToldBytes) + ": " + end_text(result));
}

}  // namespace dim::server
