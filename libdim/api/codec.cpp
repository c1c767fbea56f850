#include "libdim/api/codec.hpp"

namespace dim::api {

namespace {

/// Whether TEXT, if it is JSON, nests deeper than limits::kDepth. The parser's own callback would
/// tell, too, but makes it look at a whole list after each of its items.
bool is_too_deep(std::string_view text) {
    std::size_t depth = 0;
    bool is_in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_in_string) {
            if (c == '\\') ++i;
            if (c == '"') is_in_string = false;
        } else if (c == '"') {
            is_in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > limits::kDepth) return true;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return false;
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::size_t byte_limit) {
    if (text.size() > byte_limit) {
        return fail(ErrorCode::limit_exceeded,
                    "the message is longer than " + std::to_string(byte_limit) + " bytes");
    }
    if (is_too_deep(text))
        return fail(ErrorCode::limit_exceeded, "the message is nested too deeply");
    Json json = Json::parse(text.begin(), text.end(), nullptr, false);
    if (json.is_discarded()) return fail(ErrorCode::invalid_input, "the message is not JSON");
    return json;
}

std::string dump_json(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dim::api
