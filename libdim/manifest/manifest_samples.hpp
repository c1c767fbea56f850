#pragma once

#include "libdim/manifest/scan_cache.hpp"

#include <algorithm>

/// For tests and the seeds of fuzz targets.
namespace dim::manifest::samples {

/// One entry of every type, with names and attributes that are easily broken.
inline Manifest every_type() {
    tls::Sha256 hash;
    hash.add("tool");
    const tls::Sha256Digest digest = hash.finish();
    const sys::FileTime time{.seconds = 1'000'000'000, .nanoseconds = 123'456'789};
    Entry directory;
    directory.type = EntryType::directory;
    directory.mode = 0755;
    directory.modified = time;
    const auto named = [&](std::string path, EntryType type) {
        Entry entry = directory;
        entry.path = std::move(path);
        entry.type = type;
        return entry;
    };
    Entry file = named("bin/tool", EntryType::file);
    file.mode = 04755;
    file.size = 4;
    file.sha256 = digest;
    file.attributes = {{"security.capability", std::string("\1\0\0=", 4)}, {"user.empty", ""}};
    file.link_group = 1;
    Entry again = file;
    again.path = "lib/tool\nagain";
    Entry link = named("etc/\xff\xfe name", EntryType::symlink);
    link.target = "../no where";
    link.modified = {.seconds = -5, .nanoseconds = 7};
    Entry disk = named("dev/sda", EntryType::block_device);
    disk.device_major = 8;
    Entry null = named("dev/null", EntryType::character_device);
    null.device_major = 1;
    null.device_minor = 3;
    Manifest manifest{
        {directory, named("bin", EntryType::directory), file, named("dev", EntryType::directory),
         null, disk, named("dev/fifo", EntryType::fifo), named("dev/log", EntryType::socket),
         named("etc", EntryType::directory), link, named("lib", EntryType::directory), again}};
    std::ranges::sort(manifest.entries, {}, &Entry::path);
    return manifest;
}

inline ScanCache cache_of(const Manifest& manifest) {
    ScanCache cache;
    for (const Entry& entry : manifest.entries)
        cache.emplace_back(Stamp{.inode = 100 + cache.size(), .changed = entry.modified});
    cache.back().reset();
    return cache;
}

}  // namespace dim::manifest::samples
