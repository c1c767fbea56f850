#include "imageserver/api/job_handler.hpp"

namespace dim::server {

namespace {

/// On the lane of edits, like what administrators change otherwise.
RouteHandler firewall_job(AdminResource& admin, Result<void> (BootnetFirewall::*change)(),
                          const char* done) {
    return [&admin, change, done](const RouteCall&) -> boost::asio::awaitable<http::Reply> {
        co_return admin.jobs.start(admin.lanes.edits.get_executor(),
                                   [&admin, change, done](const Progress&) -> Result<Edit> {
                                       DIM_CHECK((admin.firewall.*change)());
                                       return Edit{.done = done};
                                   });
    };
}

}  // namespace

void add_firewall_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/firewall", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(admin.firewall.state());
               }));
    router.add({http::Method::put, "/v1/firewall", administrator},
               firewall_job(admin, &BootnetFirewall::apply,
                            "packet filter in force: the bootnet alone reaches the services"));
    router.add({http::Method::delete_, "/v1/firewall", administrator},
               firewall_job(admin, &BootnetFirewall::remove, "packet filter removed"));
}

}  // namespace dim::server
