#include "imageserver/boot/boot_record.hpp"

namespace dim::server {

std::string boot_id(const BootRecord& record) {
    return to_string(record.blade) + '-' + std::to_string(record.key);
}

}  // namespace dim::server
