#include "libdim/api/restart_messages.hpp"

#include "libdim/api/codec.hpp"

namespace dim::api {

template <>
struct Members<RestartProcess> {
    static constexpr auto kAll = std::tuple{
        member("pid", &RestartProcess::pid),
        member("command", &RestartProcess::command, limits::kRestartCommandBytes),
        member("unit", &RestartProcess::unit, limits::kRestartFileBytes),
        member("file", &RestartProcess::file, limits::kRestartFileBytes),
        member("files", &RestartProcess::files),
    };
};

template <>
struct Members<Restarts> {
    static constexpr auto kAll = std::tuple{
        member("processes", &Restarts::processes, limits::kRestartProcesses),
        member("total", &Restarts::total),
        member("cause", &Restarts::cause),
    };
};

template <>
struct Members<RestartReport> {
    static constexpr auto kAll = std::tuple{
        member("token", &RestartReport::token),
        member("found", &RestartReport::found),
        member("now_us", &RestartReport::now_us),
    };
};

template <>
struct Members<RestartQuery> {
    static constexpr auto kAll =
        std::tuple{member("blades", &RestartQuery::blades, limits::kRestartBlades)};
};

template <>
struct Members<BladeRestarts> {
    static constexpr auto kAll = std::tuple{
        member("blade", &BladeRestarts::blade),
        member("state", &BladeRestarts::state),
        member("found", &BladeRestarts::found),
        member("kernel", &BladeRestarts::kernel),
        member("next_kernel", &BladeRestarts::next_kernel),
    };
};

template <>
struct Members<RestartList> {
    static constexpr auto kAll =
        std::tuple{member("blades", &RestartList::blades, limits::kRestartBlades)};
};

DIM_API_MESSAGE(Restarts, limits::kMessageBytes)
DIM_API_MESSAGE(RestartReport, limits::kMessageBytes)
DIM_API_MESSAGE(RestartQuery, limits::kMessageBytes)
DIM_API_MESSAGE(RestartList, limits::kReplyBytes)

Restarts bounded(Restarts found) {
    if (found.processes.size() > limits::kRestartProcesses)
        found.processes.resize(limits::kRestartProcesses);
    if (found.cause) found.cause = printable(*found.cause, limits::kRestartFileBytes);
    for (RestartProcess& process : found.processes) {
        process.command = printable(process.command, limits::kRestartCommandBytes);
        process.file = printable(process.file, limits::kRestartFileBytes);
        if (process.unit) process.unit = printable(*process.unit, limits::kRestartFileBytes);
    }
    // What is escaped in JSON takes more.
    while (to_json(found).size() > limits::kRestartsBytes)
        found.processes.resize(found.processes.size() / 2);
    return found;
}

}  // namespace dim::api
