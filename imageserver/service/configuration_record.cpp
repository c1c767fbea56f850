#include "imageserver/service/configuration_record.hpp"

#include <nlohmann/json.hpp>

namespace dim::server {

namespace {

using nlohmann::json;

std::unexpected<Error> refuse_configuration() {
    return fail(ErrorCode::invalid_input, "the record of a service's configuration is damaged");
}

const json* member(const json& document, const char* name) {
    const auto found = document.find(name);
    return found == document.end() ? nullptr : &*found;
}

Result<ConfigFile> parse_file(const json& document) {
    if (!document.is_object()) return refuse_configuration();
    const json* path = member(document, "path");
    const json* bytes = member(document, "bytes");
    const json* mode = member(document, "mode");
    if (path == nullptr || !path->is_string() || bytes == nullptr || !bytes->is_string() ||
        mode == nullptr || !mode->is_number_unsigned() || mode->get<std::uint64_t>() > 07777)
        return refuse_configuration();
    return ConfigFile{.path = path->get<std::string>(),
                      .bytes = bytes->get<std::string>(),
                      .mode = mode->get<mode_t>()};
}

}  // namespace

Result<std::string> to_json(const ConfigurationRecord& record) {
    json files = json::array();
    for (const ConfigFile& file : record.files)
        files.push_back({{"path", file.path}, {"bytes", file.bytes}, {"mode", file.mode}});
    const json document{{"arguments", record.arguments},
                        {"files", std::move(files)},
                        {"is_loaded", record.is_loaded}};
    try {
        return document.dump() + "\n";
    } catch (const json::exception&) {
        return fail(ErrorCode::invalid_input, "a configuration is not UTF-8");
    }
}

Result<ConfigurationRecord> parse_configuration_record(std::string_view text) {
    const json document = json::parse(text, nullptr, false);
    if (!document.is_object()) return refuse_configuration();
    const json* arguments = member(document, "arguments");
    const json* files = member(document, "files");
    const json* is_loaded = member(document, "is_loaded");
    if (arguments == nullptr || !arguments->is_array() || files == nullptr || !files->is_array() ||
        is_loaded == nullptr || !is_loaded->is_boolean())
        return refuse_configuration();
    ConfigurationRecord record;
    record.is_loaded = is_loaded->get<bool>();
    for (const json& argument : *arguments) {
        if (!argument.is_string()) return refuse_configuration();
        record.arguments.push_back(argument.get<std::string>());
    }
    for (const json& file : *files) {
        DIM_TRY(ConfigFile parsed, parse_file(file));
        record.files.push_back(std::move(parsed));
    }
    return record;
}

}  // namespace dim::server
