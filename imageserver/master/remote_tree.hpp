#pragma once

#include "imageserver/master/byte_source.hpp"
#include "imageserver/master/machine_list.hpp"
#include "imageserver/master/remote_machine.hpp"
#include "imageserver/master/remote_session.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/model/master_source.hpp"
#include "libdim/sys/tree_filter.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dim::server {

/// A tar file that a machine's tar writes.
class [[nodiscard]] RemoteTar final : public ByteSource {
public:
    /// What becomes of names that are not there any more when tar comes to them.
    enum class Vanished {
        told,     ///< by tar, and by finish()'s notes; one that was named is an error
        counted,  ///< when there is nothing else to complain of
    };
    struct Size {
        std::uint64_t expected = 0;                                      ///< about; 0: unknown
        std::uint64_t most = std::numeric_limits<std::uint64_t>::max();  ///< that are taken
    };
    RemoteTar(model::MasterSource::Remote machine, std::unique_ptr<RemoteSession> session,
              Size size, Vanished vanished = Vanished::told)
        : machine_(std::move(machine)),
          session_(std::move(session)),
          size_(size),
          vanished_(vanished) {}

    std::uint64_t expected_bytes() const { return size_.expected; }
    std::uint64_t bytes() const { return count_; }
    void on_progress(std::function<void(std::uint64_t)> progress) {
        progress_ = std::move(progress);
    }
    /// Errors: unavailable; limit_exceeded for more than the most.
    Result<std::size_t> read(std::span<char> buffer) override;

    struct Ended {
        std::vector<std::string> notes;  ///< complaints without failing, fit to print
        std::uint64_t vanished = 0;      ///< of the names that were asked for
    };
    /// After the last byte, or when the bytes were of no use (UNPACKED is what came of them): how
    /// ssh and tar ended. Errors: theirs, else that of UNPACKED.
    Result<Ended> finish(const Result<void>& unpacked);

private:
    model::MasterSource::Remote machine_;
    std::unique_ptr<RemoteSession> session_;
    Size size_;
    Vanished vanished_;
    std::function<void(std::uint64_t)> progress_;
    std::uint64_t count_ = 0;
    bool has_ended_ = false;
};

/// The tree of a running machine, by ssh and the machine's own find and tar.
class [[nodiscard]] RemoteTree {
public:
    struct Settings {
        std::vector<std::string> ssh_options;  ///< more words for ssh
        std::vector<std::string> exclude;      ///< model::PathPattern
        bool one_file_system;
        /// How long it may say nothing: tar is silent while it looks through what is left out.
        std::chrono::milliseconds silence;
    };
    /// Asks the machine what it has. Errors: unavailable (it is silent, too), permission_denied,
    /// not_found, conflict; with the cure.
    static Result<RemoteTree> open(const model::MasterSource::Remote& machine, Settings settings);
    RemoteTree(RemoteTree&&) noexcept;
    ~RemoteTree();

    /// Whether list() and some() can be had of it.
    bool can_list() const;
    /// A list, or why none is to go by: it is too long, or the machine's find complained, perhaps
    /// of what tar would leave out.
    struct Listing {
        std::optional<MachineList> list;
        std::string why_none = {};  ///< fit to print
    };
    /// What FILTER does not leave out of it. Errors: unavailable, also when it was cut short;
    /// invalid_input for what is no list.
    Result<Listing> list(const sys::TreeFilter& filter, const Progress& progress) const;
    Result<RemoteTar> all() const;
    /// What NAMES, a file, has: "./etc/motd" and a NUL each. Directories come without what is in
    /// them.
    Result<RemoteTar> some(const sys::Fd& names, RemoteTar::Size size) const;

private:
    struct State;
    explicit RemoteTree(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::server
