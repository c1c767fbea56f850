#include "imageserver/image/master_look.hpp"

#include "imageserver/image/known_master.hpp"
#include "imageserver/image/scoped_tree.hpp"
#include "imageserver/image/tree_generations.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <optional>
#include <sys/stat.h>
#include <utility>

namespace dim::server {

using manifest::Manifest;
using manifest::ScannedTree;

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

/// What MASTER has in SCOPE, or in all of it; KNOWN, if any, is an earlier look.
Result<ScannedTree> scan_master(const MasterTree& master, const std::string& name,
                                const std::optional<TreeScope>& scope,
                                const std::optional<ScannedTree>& known, const Progress& progress) {
    manifest::ScanSettings settings{.filter = master.master.filter()};
    if (scope) settings.filter = scope->within(settings.filter);
    if (known) settings.previous = &*known;
    settings.progress = [&](std::uint64_t entries) {
        progress("look at " + name, entries, known ? known->cache.size() : 0);
    };
    return manifest::scan_tree(master.root, settings);
}

/// What MACHINE has; what came of it is MASTER.
Result<ScannedTree> scan_machine(const MachineMaster& machine, const MasterTree& master,
                                 const api::ImageSource& source, const std::string& init,
                                 const Progress& progress) {
    if (machine.is_partial()) {
        DIM_CHECK(check_init(machine.tree().manifest, source.source, init));
        return machine.tree();
    }
    DIM_TRY(ScannedTree tree, scan_master(master, to_string(source.source), {}, {}, progress));
    // Those of the copy here mean nothing for the machine.
    tree.cache.clear();
    if (machine.list()) tree.cache = cache_of(tree.manifest, *machine.list());
    return tree;
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

Result<MasterLook> look_at_master(const api::ImageSummary& image, const api::ImageSource& source,
                                  const api::UpdateImage& request, LookFor look_for,
                                  const ImagePaths& paths, const Progress& progress) {
    std::optional<TreeScope> scope;
    if (request.paths) {
        DIM_CHECK(check_directory(source.source));
        scope = TreeScope::of(*request.paths);
    }
    const std::string name = to_string(source.source);
    std::vector<std::string> shared = request.shared.value_or(image.shared);
    std::optional<ScannedTree> known = known_master(paths, image.name, source.source);
    std::unique_ptr<MachineMaster> machine;
    if (source.source.remote()) {
        machine = std::make_unique<MachineMaster>(
            MachineMaster::Settings{.image = image.name,
                                    .newest = image.generation,
                                    .source = name,
                                    .shared_now = image.shared,
                                    .shared = shared,
                                    .known = std::exchange(known, {}),
                                    .has_files = look_for == LookFor::files},
            paths);
    }
    DIM_TRY(MasterTree master, capture_master(image, source, paths, progress, machine.get()));
    DIM_TRY(ScannedTree scanned, machine
                                     ? scan_machine(*machine, master, source, image.init, progress)
                                     : scan_master(master, name, scope, known, progress));
    Manifest scoped;
    if (scope) {
        DIM_TRY(const SplitTree newest, split_of(image, paths));
        DIM_TRY(scoped, with_scope_of(whole_tree(newest), scanned.manifest, *scope));
    }
    DIM_TRY(SplitTree split, split_tree(scope ? scoped : scanned.manifest, shared, name));
    return MasterLook{.image = image,
                      .source = source,
                      .master = std::move(master),
                      .machine = std::move(machine),
                      .scanned = std::move(scanned),
                      .shared = std::move(shared),
                      .split = std::move(split),
                      .scope = scope ? scope->text() : ""};
}

void remember(const MasterLook& look, const ImagePaths& paths) {
    if (!look.scope.empty()) return;
    if (look.master.master.is_in_place() || (look.machine && look.machine->list()))
        remember_master(paths, look.image.name, look.source.source, look.scanned);
    else
        forget_master(paths, look.image.name);
}

void remember_first(const api::ImageSummary& image, const api::ImageSource& source,
                    const MachineMaster& machine, const ImagePaths& paths) {
    if (!machine.list()) return;
    const auto split = split_of(image, paths);
    if (!split) return;
    ScannedTree tree{.manifest = whole_tree(*split), .cache = {}};
    tree.cache = cache_of(tree.manifest, *machine.list());
    remember_master(paths, image.name, source.source, tree);
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
