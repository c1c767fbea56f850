#include "imageserver/image/provisioning.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

namespace dim::server {

Result<Provisioning> Provisioning::parse(std::string_view text) {
    constexpr std::string_view kThinLimit = "thin:";
    if (text == "reserved") return reserved();
    if (text == "thin") return thin();
    if (text.starts_with(kThinLimit) && text.ends_with('%')) {
        const auto number = text.substr(kThinLimit.size(), text.size() - kThinLimit.size() - 1);
        if (const auto percent = parse_number<std::uint32_t>(number, 1, kMostPercent))
            return thin(*percent);
    }
    return fail(Error(ErrorCode::invalid_input,
                      "'" + printable(text, 40) + "' is no way to provision blade images")
                    .with_cure("reserved, thin, or thin:150%: from 1% to " +
                               std::to_string(kMostPercent) + "% of what the disk can hold"));
}

std::string to_string(const Provisioning& provisioning) {
    if (provisioning.is_reserved()) return "reserved";
    return "thin:" + std::to_string(provisioning.percent_) + "%";
}

}  // namespace dim::server
