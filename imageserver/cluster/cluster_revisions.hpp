#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/api/cluster_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dim::server {

extern const Migration kClusterMigration;

/// The cluster definitions there were, each with a number that is never given twice, and which of
/// them is in force. Each call is one transaction. Any thread may call.
class ClusterRevisions {
public:
    /// How many revisions keep their XML; the one in force always does.
    static constexpr std::int64_t kTextsKept = 100;
    /// How many are known at all.
    static constexpr std::int64_t kRevisionsKept = 1000;

    /// DATABASE outlives this.
    explicit ClusterRevisions(Database& database) : database_(&database) {}

    struct Text {
        std::string_view xml;
        std::string_view origin;  ///< see api::ClusterRevision
        std::size_t blades;
    };
    enum class Purpose {
        pending,  ///< to be put in force next; known to find_text() only
        keep,     ///< not in force, for the record
    };
    Result<std::uint32_t> add(const Text& text, Purpose purpose, model::Timestamp now);
    /// From now on NUMBER is in force. Older texts beyond the limits are forgotten.
    Result<void> put_in_force(std::uint32_t number);
    /// Those that did not come into force.
    Result<void> remove_pending();

    /// The one in force, with its XML; nothing before the first.
    Result<std::optional<api::ClusterRevision>> in_force();
    /// With its XML, if that is still kept. Errors: not_found.
    Result<api::ClusterRevision> find(std::uint32_t number);
    enum class Among {
        all,
        all_but_kept,  ///< pending, or at some time in force
    };
    /// The newest that has these very bytes.
    Result<std::optional<api::ClusterRevision>> find_text(std::string_view xml, Among among);
    /// The newest first, without XML.
    Result<api::ClusterRevisionList> list();

private:
    Database* database_;
};

}  // namespace dim::server
