// Makes blade images of a tree and moves them to another generation, as the image server does: for
// bench/sync_vs_rsync.

#include "imageserver/edit/for_each_blade.hpp"
#include "imageserver/image/image_store.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/sys/clock.hpp"

#include <cstdio>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <vector>

namespace {

using namespace dim;
using namespace dim::server;
using model::ComponentName;
using model::Generation;

constexpr const char* kUsage =
    "usage: measure_sync make STATE TREE BLADES     an image of TREE, and blade images\n"
    "       measure_sync update STATE               a generation of what TREE is by now\n"
    "       measure_sync move STATE BLADES FROM TO  the first BLADES to another generation\n";
constexpr std::uint64_t kBladeImageBytes = std::uint64_t{1} << 30;
constexpr double kMicrosecondsInSecond = 1e6;
constexpr double kKibibytesInMebibyte = 1024;
constexpr std::uint32_t kThinPercent = 1000;
constexpr int kUsageError = 2;

void say_nothing(std::string_view /*text*/, std::uint64_t /*step*/, std::uint64_t /*steps*/) {}

Result<Database> open_database(const std::string& state) {
    return Database::open(state + ".db", image_migrations());
}

Result<ImageStore> open_store(const std::string& state, Database& database) {
    return ImageStore::open(
        {.state_directory = state, .provisioning = Provisioning::thin(kThinPercent)}, database);
}

model::ImageName image() { return *model::ImageName::parse("debian"); }

Result<std::vector<ComponentName>> blades(const std::string& count) {
    constexpr std::uint32_t kMostBlades = 999;
    DIM_TRY(const auto number, parse_number<std::uint32_t>(count, 1, kMostBlades));
    std::vector<ComponentName> names;
    for (std::uint32_t i = 1; i <= number; ++i) {
        DIM_TRY(const ComponentName name, ComponentName::parse("blade" + std::to_string(i)));
        names.push_back(name);
    }
    return names;
}

Result<Generation> generation(const std::string& text) {
    DIM_TRY(const auto number, parse_number<std::uint32_t>(text));
    return Generation::from_number(number);
}

Result<void> make(const std::string& state, const std::string& tree, const std::string& count) {
    DIM_TRY(Database database, open_database(state));
    DIM_TRY(ImageStore store, open_store(state, database));
    DIM_TRY(const auto source, model::MasterSource::parse(tree));
    DIM_CHECK(store.import_image({.name = image(),
                                  .architecture = model::Architecture::x86_64,
                                  .source = source,
                                  .shared = std::vector<std::string>{"usr"},
                                  .init = "/sbin/init",
                                  .blade_image_bytes = kBladeImageBytes},
                                 say_nothing));
    DIM_TRY(const auto names, blades(count));
    for (const ComponentName& blade : names) {
        DIM_CHECK(store.create_blade_image(blade, image(), say_nothing));
        std::puts(store.mount_point(blade, image()).c_str());
    }
    return {};
}

Result<void> update(const std::string& state) {
    DIM_TRY(Database database, open_database(state));
    DIM_TRY(ImageStore store, open_store(state, database));
    DIM_TRY(const auto made,
            store.update_image({.name = image(), .source = {}, .label = ""}, say_nothing));
    if (!made.generation) return fail(ErrorCode::conflict, "nothing was changed");
    std::puts(to_string(made.generation->generation).c_str());
    return {};
}

/// As SyncEdits does it, but for overrides.
Result<void> move(const std::string& state, const std::string& count, Generation from,
                  Generation to) {
    DIM_TRY(Database database, open_database(state));
    DIM_TRY(ImageStore store, open_store(state, database));
    DIM_TRY(const auto names, blades(count));
    const std::int64_t begun = sys::monotonic_us();
    DIM_TRY(const auto change, store.find_change(image(), from, to));
    const std::int64_t found = sys::monotonic_us();
    std::vector<Result<MovedBladeImage>> moved(names.size());
    for_each_blade(names, say_nothing, [&](std::size_t number, const Progress&) {
        moved[number] = store.move_blade_image({.blade = names[number], .kept_out = {}}, *change);
        return moved[number].has_value();
    });
    const std::int64_t done = sys::monotonic_us();
    for (const auto& one : moved)
        if (!one) return fail(one.error());
    struct rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) != 0) return fail(ErrorCode::internal, "getrusage");
    const MovedBladeImage& first = *moved.front();
    std::printf(
        "{\"find_s\":%.4f,\"move_s\":%.4f,\"paths\":%zu,\"conflicts\":%zu,\"peak_mib\":%.1f}\n",
        static_cast<double>(found - begun) / kMicrosecondsInSecond,
        static_cast<double>(done - found) / kMicrosecondsInSecond,
        std::size_t{first.created + first.changed + first.removed}, first.conflicts.size(),
        static_cast<double>(usage.ru_maxrss) / kKibibytesInMebibyte);
    return {};
}

Result<void> run(const std::vector<std::string>& words) {
    constexpr std::size_t kMakeWords = 4;
    constexpr std::size_t kUpdateWords = 2;
    constexpr std::size_t kMoveWords = 5;
    if (words.size() == kMakeWords && words[0] == "make") return make(words[1], words[2], words[3]);
    if (words.size() == kUpdateWords && words[0] == "update") return update(words[1]);
    if (words.size() != kMoveWords || words[0] != "move")
        return fail(ErrorCode::invalid_input, kUsage);
    DIM_TRY(const Generation from, generation(words[3]));
    DIM_TRY(const Generation to, generation(words[4]));
    return move(words[1], words[2], from, to);
}

}  // namespace

int main(int count, char** arguments) {
    const auto done = run(std::vector<std::string>(arguments + 1, arguments + count));
    if (done) return 0;
    std::fprintf(stderr, "measure_sync: %s\n", to_string(done.error()).c_str());
    return done.error().code() == ErrorCode::invalid_input ? kUsageError : 1;
}
