#include "imageserver/dhcp/dhcp_event.hpp"

#include "libdim/model/enum_text.hpp"

namespace dim::server {

namespace {

constexpr model::EnumWords<DhcpEventKind, 7> kKinds{{
    {DhcpEventKind::discover, "discover"},
    {DhcpEventKind::offer, "offer"},
    {DhcpEventKind::request, "request"},
    {DhcpEventKind::acknowledge, "acknowledge"},
    {DhcpEventKind::refuse, "refuse"},
    {DhcpEventKind::unknown_mac, "unknown-mac"},
    {DhcpEventKind::wrong_firmware, "wrong-firmware"},
}};

}  // namespace

std::string_view to_string(DhcpEventKind kind) { return model::word_of(kKinds, kind); }

}  // namespace dim::server
