#pragma once

#include "imageserver/master/byte_source.hpp"
#include "libdim/model/master_source.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dim::server {

/// The tree of a running machine as a tar file, by ssh and the machine's own tar.
class [[nodiscard]] RemoteTree final : public ByteSource {
public:
    struct Settings {
        std::vector<std::string> ssh_options;  ///< more words for ssh
        std::vector<std::string> exclude;      ///< model::PathPattern
        bool one_file_system;
        /// How long it may say nothing: tar is silent while it looks through what is left out.
        std::chrono::milliseconds silence;
    };
    /// Asks the machine what it has, and begins. ssh asks nobody: the server's root needs a key
    /// there, and the machine's own key must be known here. Errors: unavailable (it is silent,
    /// too), permission_denied, not_found, conflict; with the cure.
    static Result<RemoteTree> open(const model::MasterSource::Remote& machine,
                                   const Settings& settings);
    RemoteTree(RemoteTree&&) noexcept;
    /// Ends ssh.
    ~RemoteTree() override;

    /// About what the tree takes; 0: unknown.
    std::uint64_t used_bytes() const;
    void on_progress(std::function<void(std::uint64_t)> progress);
    Result<std::size_t> read(std::span<char> buffer) override;
    /// After the last byte, or when the bytes were of no use (UNPACKED is what came of them): how
    /// ssh and tar ended. What they complained of without failing, fit to print. Errors: theirs,
    /// else that of UNPACKED.
    Result<std::vector<std::string>> finish(const Result<void>& unpacked);

private:
    struct State;
    explicit RemoteTree(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::server
