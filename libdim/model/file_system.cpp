#include "libdim/model/file_system.hpp"

#include "libdim/model/enum_text.hpp"

namespace dim::model {

namespace {

constexpr EnumWords<FileSystem, 2> kFileSystems{
    {{FileSystem::ext4, "ext4"}, {FileSystem::xfs, "xfs"}}};

}  // namespace

std::string_view to_string(FileSystem type) { return word_of(kFileSystems, type); }

Result<FileSystem> parse_file_system(std::string_view text) {
    return parse_word(kFileSystems, "file system", text);
}

}  // namespace dim::model
