#pragma once

#include <string>
#include <string_view>

namespace dim::overrides {

/// A resolv.conf(5) that asks SERVER before the name servers that TEXT has, and searches DOMAIN
/// before the domains that TEXT searches. Of several "search" lines the last one counts, so those
/// of TEXT become comments. What was done is not done again.
std::string with_name_server(std::string_view text, std::string_view server,
                             std::string_view domain);

/// A resolved.conf(5), to be read behind the image's own.
std::string resolved_drop_in(std::string_view server, std::string_view domain);

/// That a /etc/resolv.conf which is a symbolic link to TARGET is systemd-resolved's.
bool is_link_to_resolved(std::string_view target);

}  // namespace dim::overrides
