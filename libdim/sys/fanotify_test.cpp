#include "libdim/sys/fanotify.hpp"

#include <cstring>
#include <sys/fanotify.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

/// A record as the kernel writes it: of file system 7, with HANDLE and what is behind it.
std::string record(int type, int handle_type, std::string_view handle, std::string_view name) {
    std::string record(sizeof(fanotify_event_info_header), '\0');
    const auto add = [&](auto value) {
        record.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    add(std::uint64_t{7});
    add(static_cast<std::uint32_t>(handle.size()));
    add(handle_type);
    record += handle;
    if (!name.empty()) record.append(name).push_back('\0');
    record.resize((record.size() + 3) / 4 * 4);
    const fanotify_event_info_header header{
        .info_type = static_cast<__u8>(type), .pad = 0, .len = static_cast<__u16>(record.size())};
    std::memcpy(record.data(), &header, sizeof header);
    return record;
}

std::string event(std::uint64_t mask, const std::string& records) {
    fanotify_event_metadata metadata{};
    metadata.event_len = static_cast<__u32>(sizeof metadata + records.size());
    metadata.vers = FANOTIFY_METADATA_VERSION;
    metadata.metadata_len = sizeof metadata;
    metadata.mask = mask;
    metadata.fd = -1;
    return std::string(reinterpret_cast<const char*>(&metadata), sizeof metadata) + records;
}

std::string words(std::initializer_list<std::uint32_t> values) {
    std::string words;
    for (const std::uint32_t value : values)
        words.append(reinterpret_cast<const char*>(&value), sizeof value);
    return words;
}

TEST(FileChanges, AreReadFromTheHandlesOfEachFileSystem) {
    const std::string ext4 = record(FAN_EVENT_INFO_TYPE_FID, 1, words({12, 99}), {}) +
                             record(FAN_EVENT_INFO_TYPE_DFID_NAME, 1, words({11, 98}), "passwd");
    const std::string xfs = record(FAN_EVENT_INFO_TYPE_DFID_NAME, 0x81, words({1, 2, 98}), "group");
    const std::string tmpfs = record(FAN_EVENT_INFO_TYPE_DFID, 1, words({98, 3, 4}), {});
    const FileChanges told = parse_file_changes(event(FAN_MODIFY, ext4) + event(FAN_CREATE, xfs) +
                                                event(FAN_ATTRIB, tmpfs));
    EXPECT_FALSE(told.is_incomplete);
    ASSERT_EQ(told.changes.size(), 3U);
    EXPECT_EQ(told.changes[0],
              (FileChange{.file_system = 7, .directory = 11, .name = "passwd", .object = 12}));
    EXPECT_EQ(told.changes[1], (FileChange{.file_system = 7,
                                           .directory = (std::uint64_t{2} << 32U) + 1,
                                           .name = "group",
                                           .object = 0}));
    EXPECT_EQ(told.changes[2], (FileChange{.file_system = 7,
                                           .directory = (std::uint64_t{4} << 32U) + 3,
                                           .name = ".",
                                           .object = 0}));
}

TEST(FileChanges, OfWhichNothingIsKnownAreTold) {
    EXPECT_TRUE(parse_file_changes(event(FAN_Q_OVERFLOW, {})).is_incomplete);
    const std::string known = record(FAN_EVENT_INFO_TYPE_FID, 1, words({12, 99}), {});
    const std::string unknown = record(FAN_EVENT_INFO_TYPE_FID, 0x4d, words({1, 2, 3, 4, 5}), {});
    const FileChanges told =
        parse_file_changes(event(FAN_MODIFY, unknown) + event(FAN_MODIFY, known));
    EXPECT_TRUE(told.is_incomplete);
    EXPECT_EQ(told.changes.size(), 1U);
    EXPECT_TRUE(parse_file_changes(event(FAN_MODIFY, {})).is_incomplete);
}

TEST(FileChanges, ThatAreCutShortAreTold) {
    const std::string whole =
        event(FAN_CREATE, record(FAN_EVENT_INFO_TYPE_DFID_NAME, 1, words({11, 98}), "passwd"));
    EXPECT_FALSE(parse_file_changes(whole).is_incomplete);
    for (std::size_t size = 1; size < whole.size(); ++size)
        EXPECT_TRUE(parse_file_changes(whole.substr(0, size)).is_incomplete) << size;
    std::string lying = whole;
    lying[sizeof(fanotify_event_metadata) + 2] = '\x7f';  // the record's length
    EXPECT_TRUE(parse_file_changes(lying).is_incomplete);
    // Of the handle.
    lying = whole;
    lying[sizeof(fanotify_event_metadata) + 4 + 8] = '\x7f';
    EXPECT_TRUE(parse_file_changes(lying).is_incomplete);
}

}  // namespace
}  // namespace dim::sys
