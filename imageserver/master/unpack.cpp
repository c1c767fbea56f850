#include "imageserver/master/unpack.hpp"

#include "imageserver/master/account_numbers.hpp"
#include "imageserver/master/entry_path.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/byte_size.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <sys/stat.h>

namespace dim::server {

namespace {

// Between two looks at how much space is left.
constexpr std::uint64_t kBytesBetween = std::uint64_t{16} << 20;
constexpr std::uint64_t kEntriesBetween = 1024;

constexpr std::size_t kNamedAcls = 1'000'000;

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";

std::string_view last_name(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? path : path.substr(slash + 1);
}

AccountNumbers read_accounts(const sys::Fd& root, const std::string& path) {
    const auto file = sys::open_in_root(root, path, O_RDONLY | O_NONBLOCK);
    if (!file) return {};
    const auto status = sys::fstat(*file);
    if (!status || !S_ISREG(status->mode)) return {};
    const auto text = sys::read_all(*file);
    return text ? AccountNumbers::parse(*text) : AccountNumbers();
}

/// "" of a path of one name.
std::string directory_part(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == path.npos ? "" : path.substr(0, slash));
}

Result<void> write_content(TarReader& tar, const TarEntry& entry, const sys::Fd& file,
                           UnpackBudget& budget, Unpacked& unpacked) {
    for (;;) {
        DIM_TRY(const auto piece, tar.data());
        if (!piece) break;
        if (piece->offset > entry.size || piece->bytes.size() > entry.size - piece->offset)
            return fail(ErrorCode::invalid_input, "has more content than it says");
        DIM_CHECK(budget.add_bytes(piece->bytes.size()));
        DIM_CHECK(sys::write_at(file, piece->bytes, piece->offset));
        unpacked.bytes += piece->bytes.size();
    }
    return sys::ftruncate(file, entry.size);
}

Result<void> write_file(TarReader& tar, const TarEntry& entry, const std::string& path,
                        sys::TreeWriter& tree, UnpackBudget& budget, Unpacked& unpacked) {
    DIM_TRY(const sys::Fd file, tree.file(path));
    DIM_CHECK(write_content(tar, entry, file, budget, unpacked));
    return tree.finish_file(path, entry.attributes);
}

Result<void> write_entry(TarReader& tar, const TarEntry& entry, const std::string& path,
                         sys::TreeWriter& tree, UnpackBudget& budget, Unpacked& unpacked) {
    if (entry.hard_link) {
        DIM_TRY(const std::string target, entry_path(*entry.hard_link));
        return tree.hard_link(path, target);
    }
    const mode_t type = entry.attributes.mode & S_IFMT;
    if (path.empty() && type != S_IFDIR)
        return fail(ErrorCode::invalid_input, "the root of the tree is no directory");
    switch (type) {
        case S_IFDIR: return tree.directory(path, entry.attributes);
        case S_IFREG: return write_file(tar, entry, path, tree, budget, unpacked);
        case S_IFLNK: return tree.symlink(path, entry.link_target, entry.attributes);
        case S_IFCHR:
        case S_IFBLK:
        case S_IFIFO:
        case S_IFSOCK: return tree.special(path, entry.device, entry.attributes);
        default: return fail(ErrorCode::invalid_input, "is of an unknown type");
    }
}

/// Every entry for which IS_MEANT(path), a Result<bool>, answers yes.
template <class IsMeant>
Result<void> unpack_entries(TarReader& tar, sys::TreeWriter& tree, UnpackBudget& budget,
                            Unpacked& unpacked, IsMeant is_meant) {
    for (;;) {
        DIM_TRY(const auto entry, tar.next());
        if (!entry) return {};
        DIM_CHECK(budget.add_entry());
        auto path = entry_path(entry->name);
        if (!path) return fail(std::move(path).error().with_context("refused"));
        const Result<bool> meant = is_meant(*path);
        if (!meant) return fail(Error(meant.error()).with_context(printable(entry->name, 200)));
        if (!*meant) continue;
        auto written = write_entry(tar, *entry, *path, tree, budget, unpacked);
        if (!written)
            return fail(std::move(written).error().with_context(printable(entry->name, 200)));
        unpacked.entries += 1;
        for (const auto& [attribute, lines] : entry->named_acls) {
            if (unpacked.named_acls.size() == kNamedAcls)
                return fail(ErrorCode::limit_exceeded, "it has too many ACLs with names");
            unpacked.named_acls.push_back({*path, attribute, lines});
        }
    }
}

}  // namespace

Result<void> UnpackBudget::check_space() {
    bytes_since_check_ = 0;
    DIM_TRY(const sys::SpaceInfo space, sys::statfs(settings_.directory));
    if (space.available_bytes > settings_.kept_free_bytes + kBytesBetween) return {};
    return fail(Error(ErrorCode::limit_exceeded,
                      settings_.directory + ": no space left to unpack (have " +
                          to_string(model::ByteSize(space.available_bytes)) + ", of which " +
                          to_string(model::ByteSize(settings_.kept_free_bytes)) +
                          " are kept for the daemon)")
                    .with_cure("free some space there, or give the server a larger disk"));
}

Result<void> UnpackBudget::add_entry() {
    if (entries_ >= settings_.entries) {
        return fail(ErrorCode::limit_exceeded,
                    "it has more than " + std::to_string(settings_.entries) + " entries");
    }
    return entries_++ % kEntriesBetween == 0 ? check_space() : Result<void>{};
}

Result<void> UnpackBudget::add_bytes(std::uint64_t count) {
    bytes_since_check_ += count;
    return bytes_since_check_ >= kBytesBetween ? check_space() : Result<void>{};
}

Result<void> unpack_tar(TarReader& tar, sys::TreeWriter& tree, UnpackBudget& budget,
                        Unpacked& unpacked,
                        const std::function<Result<void>(const std::string&)>& check) {
    return unpack_entries(tar, tree, budget, unpacked,
                          [&](const std::string& path) -> Result<bool> {
                              if (check) DIM_CHECK(check(path));
                              return true;
                          });
}

Result<void> set_named_acls(const sys::Fd& root, sys::TreeWriter& tree, Unpacked& unpacked) {
    if (unpacked.named_acls.empty()) return {};
    const AccountNumbers users = read_accounts(root, "etc/passwd");
    const AccountNumbers groups = read_accounts(root, "etc/group");
    for (Unpacked::Acl& acl : unpacked.named_acls) {
        unpacked.acl_names += resolve_names(acl.lines, users, groups);
        auto set = tree.extended_attribute(acl.path, acl.attribute, acl_attribute(acl.lines));
        // A later layer took it away.
        if (!set && set.error().code() != ErrorCode::not_found)
            return fail(std::move(set).error().with_context(printable(acl.path, 200)));
    }
    unpacked.named_acls.clear();
    return {};
}

Result<void> apply_whiteouts(TarReader& whiteouts, sys::TreeWriter& tree) {
    for (;;) {
        DIM_TRY(const auto entry, whiteouts.next());
        if (!entry) return {};
        DIM_TRY(const std::string path, entry_path(entry->name));
        const std::string_view name = last_name(path);
        if (!name.starts_with(kWhiteout)) continue;
        const std::string directory = directory_part(path);
        Result<void> done;
        if (name == kOpaque) {
            done = tree.clear(directory);
        } else if (!name.starts_with(".wh..wh.")) {
            auto gone = entry_path((directory.empty() ? "" : directory + "/") +
                                   std::string(name.substr(kWhiteout.size())));
            if (!gone || *gone == directory)
                return fail(ErrorCode::invalid_input,
                            printable(entry->name, 200) + " takes away nothing");
            done = tree.remove(*gone);
        }
        if (!done) return fail(std::move(done).error().with_context(printable(entry->name, 200)));
    }
}

Result<void> unpack_layer(TarReader& entries, sys::TreeWriter& tree, UnpackBudget& budget,
                          Unpacked& unpacked) {
    return unpack_entries(entries, tree, budget, unpacked,
                          [](const std::string& path) -> Result<bool> {
                              // Directories of that name hold what old tools kept for themselves.
                              return !("/" + path).contains("/.wh.");
                          });
}

}  // namespace dim::server
