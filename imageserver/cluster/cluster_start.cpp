#include "imageserver/cluster/cluster_start.hpp"

#include "imageserver/cluster/cluster_file.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

namespace dim::server {

namespace {

using cluster::Definition;

using Check = std::function<Result<void>(const Definition&)>;

Result<Definition> parse_checked(std::string_view xml, const std::string& name,
                                 const Check& check) {
    DIM_TRY(auto definition, cluster::parse_cluster(xml, name));
    DIM_CHECK(check(definition));
    return definition;
}

Result<ClusterStart> start_from(ClusterRevisions& revisions, const std::string& xml,
                                const std::string& file, const Check& check, model::Timestamp now) {
    DIM_TRY(auto definition, parse_checked(xml, file, check));
    DIM_TRY(const auto current, revisions.in_force());
    if (current && current->xml == xml)
        return ClusterStart{std::move(definition), current->number, {}};
    DIM_TRY(const auto number,
            number_of_edited(revisions, xml, file, definition.blades.size(), now));
    DIM_CHECK(revisions.put_in_force(number));
    return ClusterStart{std::move(definition), number, {}};
}

}  // namespace

Result<std::uint32_t> number_of_edited(ClusterRevisions& revisions, std::string_view xml,
                                       const std::string& file, std::size_t blades,
                                       model::Timestamp now) {
    DIM_TRY(const auto known, revisions.find_text(xml, ClusterRevisions::Among::all_but_kept));
    if (known) return known->number;
    return revisions.add({.xml = xml, .origin = "edited: " + file, .blades = blades},
                         ClusterRevisions::Purpose::pending, now);
}

Result<ClusterStart> start_cluster(ClusterRevisions& revisions, const std::string& file,
                                   const Check& check, model::Timestamp now) {
    const auto text = read_cluster_file(file);
    auto started = text ? start_from(revisions, *text, file, check, now)
                        : Result<ClusterStart>(fail(text.error()));
    if (started) {
        DIM_CHECK(revisions.remove_pending());
        return started;
    }
    DIM_TRY(const auto current, revisions.in_force());
    if (!current || !current->xml) return started;
    const std::string name = "revision " + std::to_string(current->number);
    auto definition = parse_checked(*current->xml, name, check);
    if (!definition) return started;
    DIM_CHECK(revisions.remove_pending());
    Error problem =
        Error(started.error()).with_context(name + " of the cluster definition stays in force");
    return ClusterStart{*std::move(definition), current->number,
                        std::move(problem).with_cure(
                            "correct " + file +
                            ", then 'dim cluster reload'; or write what is in force into it: "
                            "'dim cluster rollback " +
                            std::to_string(current->number) + "'")};
}

}  // namespace dim::server
