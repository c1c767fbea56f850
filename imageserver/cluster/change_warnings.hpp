#pragma once

#include "imageserver/blade/assignments.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/image/images.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// What another definition does to blades of this server that are in use.
class ChangeWarnings {
public:
    /// The references outlive this.
    ChangeWarnings(const Roster& roster, Assignments& assignments, BootJournal& journal,
                   const Images& images)
        : roster_(roster), assignments_(assignments), journal_(journal), images_(images) {}

    /// One sentence for each kind; at NOW.
    Result<std::vector<std::string>> of(const cluster::Definition& next, Moment now);

private:
    const Roster& roster_;
    Assignments& assignments_;
    BootJournal& journal_;
    const Images& images_;
};

}  // namespace dim::server
