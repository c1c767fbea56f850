#include "libdim/changeset/create_changeset.hpp"

#include "libdim/base/begin_work.hpp"
#include "libdim/changeset/compressed_stream.hpp"
#include "libdim/changeset/content.hpp"
#include "libdim/changeset/rsync_delta.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/manifest/manifest_text.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <deque>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace dim::changeset {

using manifest::Entry;
using manifest::EntryType;

namespace {

/// A delta of less is not worth its work, and one of more not its memory.
constexpr std::uint64_t kLeastForDelta = std::uint64_t{4} << 10;
constexpr std::size_t kDeltaLimit = std::size_t{64} << 20;
/// That are made at once.
constexpr unsigned kDeltas = 4;

/// The stream and the digest of all that went into it.
class Output {
public:
    explicit Output(const sys::Fd& fd) : writer_(fd) {}
    Result<void> write(std::string_view bytes) {
        hash_.add(bytes);
        return writer_.write(bytes);
    }
    Result<void> write_line(std::string line) { return write(std::move(line) + '\n'); }
    Result<void> finish(std::size_t contents) {
        const std::string digest = tls::to_hex(hash_.finish());
        DIM_CHECK(writer_.write("=end " + std::to_string(contents) + ' ' + digest + '\n'));
        return writer_.finish();
    }

private:
    CompressedWriter writer_;
    tls::Sha256 hash_;
};

Result<manifest::Manifest> scan(const sys::Fd& root, const Progress& progress) {
    manifest::ScanSettings settings;
    settings.progress = [&](std::uint64_t entries) { progress("read", entries, 0); };
    DIM_TRY(manifest::ScannedTree tree, manifest::scan_tree(root, settings));
    return std::move(tree.manifest);
}

Tree tree_below(const sys::Fd& root, const manifest::Manifest& manifest) {
    return {.manifest = manifest, .open = [&root](const Entry& entry) {
                return sys::open_beneath(root, entry.path, O_RDONLY | O_NONBLOCK);
            }};
}

/// Where the older tree has a content that the newer one needs.
class OlderContents {
public:
    explicit OlderContents(const manifest::Manifest& older) {
        for (const Entry& entry : older.entries) {
            if (entry.type != EntryType::file) continue;
            by_content_.emplace(entry.sha256, &entry);
            by_path_.emplace(entry.path, &entry);
        }
    }
    const Entry* same_as(const Entry& wanted) const { return find(by_content_, wanted.sha256); }
    const Entry* at(const Entry& wanted) const {
        return find(by_path_, std::string_view(wanted.path));
    }

private:
    template <class Map, class Key>
    static const Entry* find(const Map& map, const Key& key) {
        const auto found = map.find(key);
        return found == map.end() ? nullptr : found->second;
    }
    std::map<tls::Sha256Digest, const Entry*> by_content_;
    std::map<std::string_view, const Entry*> by_path_;
};

Error changed_meanwhile() {
    return Error(ErrorCode::conflict, "changed while it was read")
        .with_cure("end what writes to it, and try again");
}

Result<void> write_whole(const sys::Fd& file, const Entry& wanted, Output& output) {
    std::vector<char> piece(kPiece);
    tls::Sha256 hash;
    std::uint64_t left = wanted.size;
    for (;;) {
        DIM_TRY(const std::size_t count, sys::read(file, piece));
        if (count == 0) break;
        if (count > left) return fail(changed_meanwhile());
        left -= count;
        hash.add({piece.data(), count});
        DIM_CHECK(output.write({piece.data(), count}));
    }
    if (left != 0 || hash.finish() != wanted.sha256) return fail(changed_meanwhile());
    return {};
}

/// A delta of more is not made.
std::uint64_t most_of_delta(const Entry& wanted) {
    return std::min<std::uint64_t>(kDeltaLimit, wanted.size - wanted.size / 4);
}

/// None when it is not worth its bytes.
Result<std::optional<std::string>> delta_of(const Tree& older_tree, const Entry& older,
                                            const Tree& newer_tree, const Entry& wanted) {
    DIM_TRY(const sys::Fd file, newer_tree.open(wanted));
    DIM_TRY(const sys::Fd base, older_tree.open(older));
    DIM_TRY(auto delta, make_delta(base, file, most_of_delta(wanted)));
    if (!delta) return delta;
    tls::Sha256 hash;
    std::string_view rest = *delta;
    const Result<void> made = apply_delta(
        base,
        [&](std::span<char> buffer) -> Result<std::size_t> {
            const std::size_t count = rest.copy(buffer.data(), buffer.size());
            rest.remove_prefix(count);
            return count;
        },
        wanted.size,
        [&](std::string_view bytes) -> Result<void> {
            hash.add(bytes);
            return {};
        });
    if (!made || hash.finish() != wanted.sha256) return fail(changed_meanwhile());
    return delta;
}

/// Writes contents one after the other. Deltas of the next ones are made meanwhile, by threads of
/// their own.
class Contents {
public:
    Contents(const Tree& older, const Tree& newer, const Outline& outline, Output& output)
        : older_(older), newer_(newer), known_(outline.older), output_(output) {}

    /// Those of FILES, each once.
    Result<void> write(const std::vector<const Entry*>& files, const Progress& progress) {
        const std::size_t at_once = std::clamp(std::thread::hardware_concurrency(), 1U, kDeltas);
        std::deque<Part> ahead;
        for (std::size_t next = 0;;) {
            while (next < files.size() && ahead.size() < at_once &&
                   (ahead.empty() || bytes_ahead_ + most_of_delta(*files[next]) <= kDeltaLimit))
                prepare(*files[next++], ahead);
            if (ahead.empty()) return {};
            progress("write", next - ahead.size(), files.size());
            auto written = write(ahead.front());
            if (!written) {
                return fail(std::move(written).error().with_context(
                    manifest::escape(ahead.front().wanted->path)));
            }
            if (ahead.front().is_delta) bytes_ahead_ -= most_of_delta(*ahead.front().wanted);
            ahead.pop_front();
        }
    }
    std::vector<Content> take() { return std::move(written_); }

private:
    /// A content on its way.
    struct Part {
        const Entry* wanted;
        Content content;  ///< as that of a whole file, or all there is of one that is the same
        bool is_delta = false;  ///< or may be one
        std::future<Result<std::optional<std::string>>> delta = {};
    };

    void prepare(const Entry& wanted, std::deque<Part>& ahead) {
        if (!digests_.insert(wanted.sha256).second) return;
        Part part{
            .wanted = &wanted,
            .content = {
                .sha256 = wanted.sha256, .size = wanted.size, .bytes = wanted.size, .path = {}}};
        const Entry* older = known_.at(wanted);
        if (const Entry* same = known_.same_as(wanted)) {
            part.content.form = Form::same;
            part.content.bytes = 0;
            part.content.path = same->path;
        } else if (older != nullptr && std::min(older->size, wanted.size) >= kLeastForDelta) {
            part.content.path = older->path;
            part.is_delta = true;
            bytes_ahead_ += most_of_delta(wanted);
            part.delta = begin_work(
                [this, older, &wanted] { return delta_of(older_, *older, newer_, wanted); });
        }
        ahead.push_back(std::move(part));
    }

    Result<void> write(Part& part) {
        if (part.content.form == Form::same) return begin(std::move(part.content));
        if (part.delta.valid()) {
            DIM_TRY(const auto delta, part.delta.get());
            if (delta) {
                part.content.form = Form::delta;
                part.content.bytes = delta->size();
                DIM_CHECK(begin(std::move(part.content)));
                return output_.write(*delta);
            }
            part.content.path.clear();
        }
        DIM_CHECK(begin(std::move(part.content)));
        DIM_TRY(const sys::Fd file, newer_.open(*part.wanted));
        return write_whole(file, *part.wanted, output_);
    }

    Result<void> begin(Content content) {
        written_.push_back(std::move(content));
        return output_.write_line(to_line(written_.back()));
    }

    const Tree& older_;
    const Tree& newer_;
    const OlderContents known_;
    Output& output_;
    std::set<tls::Sha256Digest> digests_;
    std::vector<Content> written_;
    std::uint64_t bytes_ahead_ = 0;  ///< that deltas in memory may have
};

Result<void> write_outline(const Outline& outline, Output& output) {
    DIM_CHECK(output.write_line("dim-changeset 1 " + outline.from + ' ' + outline.to));
    for (const manifest::Manifest* manifest : {&outline.older, &outline.newer}) {
        const std::string text = to_text(*manifest);
        if (text.size() > kOutlineLimit)
            return fail(Error(ErrorCode::limit_exceeded, "too much differs for one changeset")
                            .with_cure("make one for each directory; or copy the tree as a whole"));
        DIM_CHECK(output.write_line("=manifest " + std::to_string(text.size())));
        DIM_CHECK(output.write(text));
    }
    return {};
}

}  // namespace

Result<Created> create(const Tree& older, const Tree& newer, const sys::Fd& output_file,
                       const Progress& progress) {
    Created created{.outline =
                        outline_of(older.manifest, manifest::digest_of(to_text(older.manifest)),
                                   newer.manifest, manifest::digest_of(to_text(newer.manifest))),
                    .contents = {}};
    DIM_CHECK(check_outline(created.outline));
    Output output(output_file);
    DIM_CHECK(write_outline(created.outline, output));
    Contents contents(older, newer, created.outline, output);
    DIM_CHECK(contents.write(needed_files(created.outline), progress));
    created.contents = contents.take();
    DIM_CHECK(output.finish(created.contents.size()));
    return created;
}

Result<Created> create(const sys::Fd& older, const sys::Fd& newer, const sys::Fd& output,
                       const Progress& progress) {
    DIM_TRY(const manifest::Manifest from, scan(older, progress));
    DIM_TRY(const manifest::Manifest to, scan(newer, progress));
    return create(tree_below(older, from), tree_below(newer, to), output, progress);
}

}  // namespace dim::changeset
