#include "libdim/api/codec.hpp"

namespace dim::api {

Result<Json> parse_json(std::string_view text, std::size_t byte_limit) {
    if (text.size() > byte_limit) {
        return fail(ErrorCode::limit_exceeded,
                    "the message is longer than " + std::to_string(byte_limit) + " bytes");
    }
    bool too_deep = false;
    const auto watch_depth = [&too_deep](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > static_cast<int>(limits::kDepth);
        return !too_deep;
    };
    Json json = Json::parse(text.begin(), text.end(), watch_depth, false);
    if (too_deep) return fail(ErrorCode::limit_exceeded, "the message is nested too deeply");
    if (json.is_discarded()) return fail(ErrorCode::invalid_input, "the message is not JSON");
    return json;
}

std::string dump_json(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dim::api
