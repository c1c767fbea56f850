#include "imageserver/peer/member_request.hpp"

#include "libdim/api/problem.hpp"
#include "libdim/http/client.hpp"

namespace dim::server {

Result<http::Response> ask_member(Membership& membership, const model::ComponentName& server,
                                  const MemberRequest& request, const sys::Deadline& deadline) {
    DIM_TRY(auto connection, membership.connect(server, deadline));
    http::Client client(std::move(connection.stream), {.limits = {.body = request.most_bytes}});
    http::Request message;
    message.method = request.method;
    message.target = request.target;
    if (!request.body.empty()) message.content_type = "application/json";
    message.body = request.body;
    return client.exchange(message, deadline);
}

Result<std::string> accepted(http::Response response) {
    if (response.status >= 200 && response.status < 300) return std::move(response.body);
    if (const auto problem = api::parse<api::Problem>(response.body))
        return fail(api::to_error(*problem));
    return fail(ErrorCode::internal, "it answered with status " + std::to_string(response.status));
}

}  // namespace dim::server
