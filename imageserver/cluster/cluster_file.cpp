#include "imageserver/cluster/cluster_file.hpp"

#include "libdim/cluster/xml/xml_document.hpp"
#include "libdim/sys/file.hpp"

#include <sys/stat.h>

namespace dim::server {

namespace {

/// To open a pipe would wait for somebody to write into it.
Result<std::string> read_regular_file(const std::string& path) {
    DIM_TRY(const auto status, sys::stat(path));
    if (S_ISREG(status.mode)) return sys::read_file(path, cluster::kXmlLimit);
    return fail(ErrorCode::invalid_input, path + ": it is no regular file");
}

}  // namespace

Result<std::string> read_cluster_file(const std::string& path) {
    auto text = read_regular_file(path);
    if (text) return text;
    return fail(Error(text.error())
                    .with_context("cluster definition")
                    .with_cure("write " + path +
                               " (docs/cluster-xml.md shows how), or name it with --cluster"));
}

Result<model::ComponentName> choose_server(const cluster::Definition& definition,
                                           std::string_view asked, std::string_view host_name) {
    std::string names;
    for (const cluster::Server& server : definition.servers) {
        const std::string& name = to_string(server.name);
        if (name == asked) return server.name;
        names.append(names.empty() ? "" : ", ").append(name);
    }
    if (asked.empty()) {
        if (definition.servers.size() == 1) return definition.servers.front().name;
        const std::string_view label = host_name.substr(0, host_name.find('.'));
        for (const cluster::Server& server : definition.servers)
            if (to_string(server.name) == label) return server.name;
    }
    return fail(Error(ErrorCode::not_found,
                      asked.empty()
                          ? "the cluster definition has several servers, none named as "
                            "this host"
                          : "the cluster definition has no server '" + std::string(asked) + "'")
                    .with_cure("name one with --server: " + names));
}

}  // namespace dim::server
