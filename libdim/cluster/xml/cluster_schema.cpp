#include "libdim/cluster/xml/cluster_schema.hpp"

#include "cluster_schema_text.hpp"

namespace dim::cluster {

std::string_view cluster_schema() { return kClusterSchema; }

}  // namespace dim::cluster
