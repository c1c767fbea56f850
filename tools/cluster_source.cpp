#include "tools/cluster_source.hpp"

#include "libdim/api/cluster_messages.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/xml/xml_document.hpp"
#include "libdim/sys/file.hpp"

namespace dim::tool {

namespace {

Outcome<ClusterText> read_revision_in_force(const ApiClient& client) {
    DIM_TRY(auto revision, client.get<api::ClusterRevision>("/v1/cluster"));
    std::string name = "revision " + std::to_string(revision.number);
    if (!revision.xml) {
        return fail(ErrorCode::internal, "the daemon's answer about " + name + " is without XML");
    }
    return ClusterText{*std::move(revision.xml), std::move(name)};
}

}  // namespace

Result<ClusterText> read_cluster_file(const std::string& path) {
    auto xml = sys::read_file(path, cluster::kXmlLimit);
    if (!xml) {
        return fail(std::move(xml).error().with_cure(
            "name the file of a cluster definition, such as /etc/dim/cluster.xml"));
    }
    return ClusterText{*std::move(xml), path};
}

Outcome<ClusterText> read_cluster_text(const Context& context) {
    return context.cluster_file ? read_cluster_file(*context.cluster_file)
                                : read_revision_in_force(context.client);
}

Outcome<cluster::Definition> load_cluster(const Context& context) {
    DIM_TRY(const auto text, read_cluster_text(context));
    return cluster::parse_cluster(text.xml, text.name);
}

}  // namespace dim::tool
