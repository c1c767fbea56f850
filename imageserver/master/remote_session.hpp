#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/master_source.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/process.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dim::server {

/// A script that runs on a machine, by ssh. ssh asks nobody: the server's root needs a key there,
/// and the machine's own key must be known here.
class [[nodiscard]] RemoteSession {
public:
    struct Settings {
        std::vector<std::string> ssh_options;  ///< more words for ssh
        std::chrono::milliseconds silence;     ///< how long it may say nothing
    };
    struct Work {
        std::string script;
        const sys::Fd* input = nullptr;  ///< of the script; none: nothing
        bool is_compressed = false;      ///< what is said on the way
    };
    /// Errors: not_found when there is no ssh here.
    static Result<std::unique_ptr<RemoteSession>> start(const model::MasterSource::Remote& machine,
                                                        const Settings& settings, const Work& work);
    RemoteSession(const RemoteSession&) = delete;
    RemoteSession& operator=(const RemoteSession&) = delete;
    /// Ends ssh.
    ~RemoteSession();

    /// What the script says; 0: nothing more comes. Errors: unavailable when it is silent for too
    /// long.
    Result<std::size_t> read(std::span<char> buffer);
    /// How it ended; KILLS it unless it has come to its end.
    Result<sys::ExitStatus> end(bool kills);
    /// What was said on standard error, of which the beginning is kept: kComplaintBytes at most.
    /// Behind end().
    std::string complaints();

    static constexpr std::size_t kComplaintBytes = std::size_t{256} << 10;
    static constexpr int kSshFailed = 255;  ///< an exit code

private:
    class Complaints;
    RemoteSession(sys::Process process, sys::Fd output, sys::Pipe errors, std::string machine,
                  std::chrono::milliseconds silence);
    bool ends_in(std::chrono::milliseconds time);

    sys::Process process_;
    sys::Fd output_;
    std::string machine_;
    std::chrono::milliseconds silence_;
    std::unique_ptr<Complaints> complaints_;
    std::optional<sys::ExitStatus> status_;
};

/// "root@HOST"
std::string machine_name(const model::MasterSource::Remote& machine);

/// What ssh itself failed of, when it ended with kSshFailed: with the cure.
Error explain_ssh(const model::MasterSource::Remote& machine, const std::string& complaints);

}  // namespace dim::server
