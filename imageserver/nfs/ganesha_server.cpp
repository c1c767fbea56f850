#include "imageserver/nfs/ganesha_server.hpp"

#include "imageserver/nfs/export_ids.hpp"
#include "imageserver/nfs/ganesha_configuration.hpp"
#include "imageserver/nfs/ganesha_service.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <set>
#include <utility>
#include <vector>

namespace dim::server {

GaneshaServer::GaneshaServer(ServiceControl& control, Database& database,
                             model::Ipv4Address address, std::string directory)
    : control_(control),
      database_(database),
      address_(address),
      directory_(std::move(directory)),
      service_(control, ganesha_service(directory_, address)) {}

Result<void> GaneshaServer::offer(std::span<const api::NfsExport> exports) {
    std::set<std::string> paths;
    for (const api::NfsExport& entry : exports)
        paths.insert(entry.path);
    DIM_TRY(const auto numbers, number_exports(database_, paths));
    std::vector<GaneshaExport> blocks;
    for (const api::NfsExport& entry : exports) {
        blocks.push_back(
            {.id = numbers.at(entry.path),
             .source = entry.source,
             .path = entry.path,
             .client = entry.client,
             .access = entry.is_writable ? ExportAccess::read_write : ExportAccess::read_only});
    }
    const std::string recovery = ganesha_recovery_directory(directory_);
    DIM_CHECK(sys::ensure_directory(recovery, 0700));
    DIM_TRY(std::string text, render_ganesha_configuration(address_, recovery, blocks));
    const std::vector<ConfigFile> files{
        {.path = ganesha_configuration_file(directory_), .bytes = std::move(text), .mode = 0644}};
    DIM_TRY(const auto outcome, service_.apply(files));
    static_cast<void>(outcome);
    return {};
}

Result<void> GaneshaServer::check() {
    const std::string program = ganesha_service(directory_, address_).service.arguments.front();
    if (sys::stat(program)) return {};
    return fail(Error(ErrorCode::not_found, "there is no " + program)
                    .with_cure("apt-get install nfs-ganesha nfs-ganesha-vfs"));
}

Result<void> GaneshaServer::end() {
    // It may be one that a predecessor of ours left.
    DIM_CHECK(control_.stop(service_.status().name));
    return service_.forget();
}

}  // namespace dim::server
