#include "imageserver/service/child_record.hpp"

#include <limits>
#include <nlohmann/json.hpp>

namespace dim::server {

namespace {

using nlohmann::json;

std::unexpected<Error> refuse_child() {
    return fail(ErrorCode::invalid_input, "the record of a service's process is damaged");
}

Result<sys::ProcessIdentity> parse_process(const json& document) {
    const auto pid = document.find("pid");
    const auto ticks = document.find("start_ticks");
    if (pid == document.end() || ticks == document.end() || !pid->is_number_unsigned() ||
        !ticks->is_number_unsigned() || pid->get<std::uint64_t>() == 0 ||
        pid->get<std::uint64_t>() > std::numeric_limits<pid_t>::max())
        return refuse_child();
    return sys::ProcessIdentity{pid->get<pid_t>(), ticks->get<std::uint64_t>()};
}

const std::string* text_at(const json& document, const char* name) {
    const auto found = document.find(name);
    return found == document.end() ? nullptr : found->get_ptr<const std::string*>();
}

}  // namespace

std::string to_json(const ChildRecord& record) {
    json document{{"token", record.token},
                  {"arguments", record.arguments},
                  {"since", to_string(record.since)},
                  {"executable", record.executable},
                  {"is_ready", record.is_ready}};
    if (!record.confinement.empty()) document["confinement"] = record.confinement;
    if (record.process) {
        document["pid"] = record.process->pid;
        document["start_ticks"] = record.process->start_ticks;
    }
    return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<ChildRecord> parse_child_record(std::string_view text) {
    const json document = json::parse(text, nullptr, false);
    if (!document.is_object()) return refuse_child();
    const std::string* token = text_at(document, "token");
    const std::string* since = text_at(document, "since");
    const std::string* executable = text_at(document, "executable");
    const auto arguments = document.find("arguments");
    const auto is_ready = document.find("is_ready");
    if (token == nullptr || token->empty() || since == nullptr || executable == nullptr ||
        arguments == document.end() || !arguments->is_array() || is_ready == document.end() ||
        !is_ready->is_boolean())
        return refuse_child();
    DIM_TRY(const model::Timestamp time, model::Timestamp::parse(*since));
    ChildRecord record{.token = *token,
                       .arguments = {},
                       .since = time,
                       .process = {},
                       .executable = *executable,
                       .is_ready = is_ready->get<bool>(),
                       .confinement = {}};
    for (const json& argument : *arguments) {
        if (!argument.is_string()) return refuse_child();
        record.arguments.push_back(argument.get<std::string>());
    }
    if (const std::string* confinement = text_at(document, "confinement"))
        record.confinement = *confinement;
    if (document.contains("pid")) {
        DIM_TRY(record.process, parse_process(document));
    }
    return record;
}

}  // namespace dim::server
