#pragma once

#include "imageserver/blade/assignments.hpp"
#include "imageserver/edit/edited_blades.hpp"
#include "imageserver/exec/emulator.hpp"
#include "imageserver/image/images.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/sys/fd.hpp"

#include <string>

namespace dim::server {

/// Runs commands of administrators in the roots of blades, whether the blades are on or off. Any
/// thread may call; calls last as long as the command.
class BladeCommands {
public:
    /// The references outlive this. PROGRAM is blade-exec; ENDING any pipe of which nobody else has
    /// an end.
    BladeCommands(std::string program, Images& images, Assignments& assignments,
                  EditedBlades blades, sys::Pipe ending)
        : program_(std::move(program)),
          images_(images),
          assignments_(assignments),
          blades_(blades),
          ending_(std::move(ending)) {}

    /// Whether the request can be begun. Errors: invalid_input, limit_exceeded; not_found for one
    /// that is no blade of ours.
    Result<void> check(const api::RunCommand& request) const;

    /// In the root of BLADE: its image and the shared root that goes with it, mounted if need be.
    /// While it runs the image cannot be deleted. The command is killed when GIVEN_UP becomes
    /// readable.
    api::CommandResult run(const model::ComponentName& blade, const api::RunCommand& request,
                           const sys::Fd& given_up);

    /// Kills every command, and lets none begin any more.
    void end_all() { ending_.write_end.reset(); }

private:
    struct Root;
    Result<Root> prepare(const model::ComponentName& blade, const api::RunCommand& request) const;
    void tell(const api::CommandResult& result, const api::RunCommand& request);

    std::string program_;
    Images& images_;
    Assignments& assignments_;
    EditedBlades blades_;
    sys::Pipe ending_;  ///< its read end becomes readable when all is to end
};

}  // namespace dim::server
