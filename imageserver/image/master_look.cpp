#include "imageserver/image/master_look.hpp"

#include "imageserver/image/scoped_tree.hpp"
#include "imageserver/image/tree_generations.hpp"
#include "libdim/api/image_request.hpp"
#include "libdim/manifest/rescan.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <sys/stat.h>
#include <utility>

namespace dim::server {

using manifest::Manifest;
using manifest::ScannedTree;
using manifest::ScanSettings;
using model::ImageName;

namespace {

/// Of what has to be unpacked or fetched, some paths would cost as much as all.
Result<void> check_directory(const model::MasterSource& source) {
    bool is_directory = false;
    if (!source.remote()) {
        DIM_TRY(const sys::FileStatus status, sys::stat(source.path()));
        is_directory = S_ISDIR(status.mode);
    }
    if (is_directory) return {};
    return fail(Error(ErrorCode::invalid_input,
                      "only of a master that is a directory single paths are taken, and " +
                          to_string(source) + " is none")
                    .with_cure("make a generation of all of it: without paths"));
}

ScanSettings telling(ScanSettings settings, const Progress& progress, const std::string& name,
                     std::uint64_t expected) {
    settings.progress = [&progress, text = "look at " + name, expected](std::uint64_t entries) {
        progress(text, entries, expected);
    };
    return settings;
}

/// What NEWS tell of alone, of the tree that is KNOWN; none when that does not do, and NEWS say
/// why.
std::optional<manifest::RescannedTree> rescan(const MasterTree& master,
                                              std::optional<TreeRecord> known, MasterNews& news) {
    if (!known || known->digest != news.looked->digest) {
        news.why_whole = "what was recorded of it is gone";
        return std::nullopt;
    }
    known->tree.inodes = news.looked->inodes;
    manifest::ChangedPaths changed = news.notes.paths(known->tree);
    for (const std::string& point : news.mount_points)
        changed.add_entry(point);
    auto rescanned = manifest::rescan_tree(master.root, std::move(known->tree), std::move(changed),
                                           {.filter = master.master.filter()});
    if (rescanned) return *std::move(rescanned);
    news.why_whole = rescanned.error().message();
    return std::nullopt;
}

std::shared_ptr<const LookedTree> looked_tree(std::string digest,
                                              const MasterLook::Memory& memory) {
    return std::make_shared<const LookedTree>(LookedTree{
        .digest = std::move(digest), .inodes = memory.scanned.inodes, .whole_us = memory.whole_us});
}

}  // namespace

std::string MasterLook::source_text() const {
    const std::string text = to_string(source.source);
    // One that begins so is taken for a master that can be had again.
    return scope.empty() ? text : "only " + scope + " of " + text;
}

Result<std::shared_ptr<manifest::FileSource>> MasterLook::files() const {
    std::vector<sys::Fd> roots;
    const auto add = [&](const sys::Fd& directory) -> Result<void> {
        DIM_TRY(sys::Fd root, sys::dup(directory));
        roots.push_back(std::move(root));
        return {};
    };
    if (machine && machine->is_partial()) {
        for (const sys::Fd& root : machine->roots())
            DIM_CHECK(add(root));
    } else {
        DIM_CHECK(add(master.root));
    }
    return std::make_shared<manifest::TreeSource>(std::move(roots),
                                                  manifest::TreeSource::Take::copies);
}

Result<api::ImageSource> MasterLooks::source_of(const api::UpdateImage& request) {
    if (request.source) return *request.source;
    DIM_TRY(std::optional<api::ImageSource> last, catalog_.last_master(request.name));
    if (last && to_string(last->source).contains(api::kSpooledInput)) {
        return fail(Error(ErrorCode::invalid_input,
                          "the master of " + request.name.text() + " was standard input")
                        .with_cure("name it once more: dim image update " + request.name.text() +
                                   " - <FILE"));
    }
    if (last) return *std::move(last);
    return fail(Error(ErrorCode::invalid_input,
                      "it is not known of which master " + request.name.text() + " is made")
                    .with_cure("name it: dim image update " + request.name.text() + " SOURCE"));
}

Result<MasterLooks::Same> MasterLooks::same_of(const MasterLook& look, std::string master) const {
    DIM_TRY(const auto generations, catalog_.generations_of(look.image.name));
    if (generations.empty()) return fail(ErrorCode::not_found, "no generation");
    return Same{.master = std::move(master),
                .shared_names = look.shared,
                .shared = generations.back().shared_digest,
                .golden = generations.back().golden_digest};
}

bool MasterLooks::is_known_as_newest(const MasterLook& look, const std::string& master) {
    const auto now = same_of(look, master);
    const std::scoped_lock lock(mutex_);
    const auto found = same_.find(look.image.name);
    return now && found != same_.end() && found->second == *now;
}

Result<void> MasterLooks::look_at_scope(MasterLook& look, const std::vector<std::string>& paths,
                                        const Progress& progress) {
    const TreeScope scope = TreeScope::of(paths);
    const std::string name = to_string(look.source.source);
    const auto known = known_master(paths_, look.image.name, look.source.source);
    DIM_TRY(const ScannedTree scanned,
            manifest::scan_tree(look.master.root,
                                telling({.previous = known ? &known->tree : nullptr,
                                         .filter = scope.within(look.master.master.filter())},
                                        progress, name, 0)));
    DIM_TRY(const SplitTree newest, split_of(look.image, paths_));
    DIM_TRY(const Manifest scoped, with_scope_of(whole_tree(newest), scanned.manifest, scope));
    DIM_TRY(look.split, split_tree(scoped, look.shared, name));
    look.scope = scope.text();
    return {};
}

/// What NEWS tell of alone. False when that does not do, and NEWS say why.
bool MasterLooks::look_at_changes(MasterLook& look, MasterNews& news) {
    look.memory.whole_us = news.looked->whole_us;
    look.memory.looked = news.looked;
    look.memory.is_recorded = true;
    if (news.notes.is_empty() && news.mount_points.empty() &&
        is_known_as_newest(look, news.looked->digest)) {
        look.is_newest = true;
        return true;
    }
    auto rescanned =
        rescan(look.master, known_master(paths_, look.image.name, look.source.source), news);
    if (!rescanned) return false;
    look.memory.scanned = std::move(rescanned->tree);
    if (rescanned->is_same) {
        look.is_newest = is_known_as_newest(look, news.looked->digest);
        look.memory.looked = looked_tree(news.looked->digest, look.memory);
    } else {
        look.memory.looked.reset();
        look.memory.is_recorded = false;
    }
    return true;
}

Result<void> MasterLooks::look_at_all(MasterLook& look, const Progress& progress) {
    const std::string name = to_string(look.source.source);
    auto known = known_master(paths_, look.image.name, look.source.source);
    const std::size_t expected = known ? known->tree.cache.size() : 0;
    const std::int64_t whole_us = sys::boottime_us();
    DIM_TRY(manifest::RescannedTree scanned,
            manifest::scan_tree_again(
                look.master.root, known ? std::move(known->tree) : ScannedTree{},
                telling({.filter = look.master.master.filter()}, progress, name, expected)));
    look.memory = {.scanned = std::move(scanned.tree),
                   .looked = {},
                   .is_recorded = known && scanned.is_same,
                   .whole_us = whole_us};
    if (!known || !scanned.has_same_entries) return {};
    look.memory.looked = looked_tree(known->digest, look.memory);
    look.is_newest = is_known_as_newest(look, known->digest);
    return {};
}

/// For the next look; it costs time only when that fails. What was scanned is not needed any more.
void MasterLooks::record(MasterLook& look) const {
    MasterLook::Memory& memory = look.memory;
    const bool is_in_place = look.master.master.is_in_place();
    if (!memory.is_recorded && !is_in_place && !(look.machine && look.machine->list())) {
        forget_master(paths_, look.image.name);
    } else if (!memory.is_recorded) {
        const auto written =
            remember_master(paths_, look.image.name, look.source.source, memory.scanned);
        if (written && is_in_place && !memory.looked) memory.looked = looked_tree(*written, memory);
    }
    memory.is_recorded = true;
}

Result<void> MasterLooks::look_at_master(MasterLook& look, bool is_whole,
                                         const Progress& progress) {
    const bool is_watched = watch_ != nullptr && look.master.master.is_in_place();
    if (watch_ != nullptr && !is_watched) watch_->forget(look.image.name);
    MasterNews news;
    if (is_watched) {
        news = watch_->begin(look.image.name, look.source, look.master.root,
                             look.master.master.filter());
    }
    const std::string name = to_string(look.source.source);
    if (is_whole || !news.looked || !look_at_changes(look, news)) {
        DIM_CHECK(look_at_all(look, progress));
        if (!is_whole && is_watched)
            look.notes.push_back("all of " + name + " was looked at: " + news.why_whole);
    }
    if (is_watched) watch_->close_look(look.image.name);
    if (look.is_newest) return {};
    DIM_CHECK(check_shared(look.memory.scanned.manifest, look.shared, name));
    record(look);
    DIM_TRY(look.split, split_tree(std::move(look.memory.scanned.manifest), look.shared, name));
    look.memory.scanned = {};
    return {};
}

/// What of a machine has come, or is known.
Result<void> MasterLooks::look_at_machine(MasterLook& look, const Progress& progress) {
    if (watch_ != nullptr) watch_->forget(look.image.name);
    const MachineMaster& machine = *look.machine;
    const std::string name = to_string(look.source.source);
    manifest::ScannedTree& scanned = look.memory.scanned;
    if (machine.is_partial()) {
        DIM_CHECK(check_init(machine.tree().manifest, look.source.source, look.image.init));
        scanned = machine.tree();
    } else {
        DIM_TRY(scanned, manifest::scan_tree(
                             look.master.root,
                             telling({.filter = look.master.master.filter()}, progress, name, 0)));
        // Those of the copy here mean nothing for the machine.
        scanned.cache.clear();
        if (machine.list()) scanned.cache = cache_of(scanned.manifest, *machine.list());
    }
    DIM_TRY(look.split, split_tree(scanned.manifest, look.shared, name));
    return {};
}

Result<MasterLook> MasterLooks::capture(const api::UpdateImage& request, LookFor look_for,
                                        const Progress& progress) {
    DIM_TRY(api::ImageSummary image, catalog_.image(request.name));
    DIM_TRY(api::ImageSource source, source_of(request));
    if (request.paths) DIM_CHECK(check_directory(source.source));
    std::vector<std::string> shared = request.shared.value_or(image.shared);
    std::unique_ptr<MachineMaster> machine;
    if (source.source.remote()) {
        auto known = known_master(paths_, image.name, source.source);
        std::optional<ScannedTree> tree;
        if (known) tree = std::move(known->tree);
        machine = std::make_unique<MachineMaster>(
            MachineMaster::Settings{.image = image.name,
                                    .newest = image.generation,
                                    .source = to_string(source.source),
                                    .shared_now = image.shared,
                                    .shared = shared,
                                    .known = std::move(tree),
                                    .has_files = look_for == LookFor::files},
            paths_);
    }
    DIM_TRY(MasterTree master, capture_master(image, source, paths_, progress, machine.get()));
    return MasterLook{.image = std::move(image),
                      .source = std::move(source),
                      .master = std::move(master),
                      .machine = std::move(machine),
                      .shared = std::move(shared),
                      .scope = {}};
}

Result<MasterLook> MasterLooks::look(const api::UpdateImage& request, LookFor look_for,
                                     const Progress& progress) {
    DIM_CHECK(api::check_update(request));
    DIM_TRY(MasterLook look, capture(request, look_for, progress));
    if (request.paths) {
        DIM_CHECK(look_at_scope(look, *request.paths, progress));
    } else if (look.machine) {
        DIM_CHECK(look_at_machine(look, progress));
    } else {
        DIM_CHECK(look_at_master(look, request.scan.value_or(false), progress));
    }
    return look;
}

void MasterLooks::remember(MasterLook& look, bool is_newest) {
    if (!look.scope.empty()) return;
    record(look);
    const std::shared_ptr<const LookedTree>& looked = look.memory.looked;
    if (!looked) return;
    if (watch_ != nullptr) watch_->end(look.image.name, looked);
    const auto same = same_of(look, looked->digest);
    const std::scoped_lock lock(mutex_);
    if (is_newest && same) {
        same_.insert_or_assign(look.image.name, *same);
    } else {
        same_.erase(look.image.name);
    }
}

void MasterLooks::forget(const ImageName& image) {
    if (watch_ != nullptr) watch_->forget(image);
    const std::scoped_lock lock(mutex_);
    same_.erase(image);
}

void remember_first(const api::ImageSummary& image, const api::ImageSource& source,
                    const MachineMaster& machine, const ImagePaths& paths) {
    if (!machine.list()) return;
    const auto split = split_of(image, paths);
    if (!split) return;
    ScannedTree tree{.manifest = whole_tree(*split), .cache = {}};
    tree.cache = cache_of(tree.manifest, *machine.list());
    (void)remember_master(paths, image.name, source.source, tree);
}

Result<SplitTree> split_of(const api::ImageSummary& image, const ImagePaths& paths) {
    const auto record = [&](ImagePart part) {
        return TreeGenerations(part, image.name, paths).record(image.generation);
    };
    DIM_TRY(TreeRecord shared, record(ImagePart::shared));
    DIM_TRY(TreeRecord golden, record(ImagePart::golden));
    return SplitTree{.shared = std::move(shared.tree.manifest),
                     .golden = std::move(golden.tree.manifest)};
}

}  // namespace dim::server
