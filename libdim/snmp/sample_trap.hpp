#pragma once

#include <cstdint>
#include <string>

/// Datagrams of traps as agents send them.
namespace dim::snmp::samples {

/// One value of BER (X.690) below 128 bytes, or of two bytes of length.
inline std::string tagged(unsigned char tag, const std::string& content) {
    std::string text(1, static_cast<char>(tag));
    if (content.size() < 128) {
        text += static_cast<char>(content.size());
    } else {
        text += '\x82';
        text += static_cast<char>(content.size() >> 8);
        text += static_cast<char>(content.size() & 0xff);
    }
    return text + content;
}
inline std::string small_integer(int value) {
    return tagged(0x02, std::string(1, static_cast<char>(value)));
}
inline std::string octets(const std::string& text) { return tagged(0x04, text); }
/// 1.3.6.1.4.1.2.6.158.3, then REST, whose numbers are below 128.
inline std::string module_object(const std::string& rest = "") {
    return tagged(0x06, std::string("\x2b\x06\x01\x04\x01\x02\x06\x81\x1e\x03", 10) + rest);
}
inline std::string binding(const std::string& object, const std::string& value) {
    return tagged(0x30, object + value);
}

/// What a management module says of an event: TEXT, by SOURCE ("Blade_3").
inline std::string module_bindings(const std::string& text, const std::string& source) {
    using namespace std::string_literals;
    return tagged(0x30, binding(module_object("\x01\x01\x08\x00"s), octets(text)) +
                            binding(module_object("\x01\x01\x0f\x00"s), octets(source)));
}

/// Of version 1.
inline std::string module_trap(const std::string& community, int number, const std::string& text,
                               const std::string& source) {
    using namespace std::string_literals;
    const std::string body = module_object() + tagged(0x40, "\x7f\x00\x00\x01"s) +
                             small_integer(6) + small_integer(number) + tagged(0x43, "\x01"s) +
                             module_bindings(text, source);
    return tagged(0x30, small_integer(0) + octets(community) + tagged(0xa4, body));
}

/// The same of version 2c, without more than its name.
inline std::string module_trap_2c(const std::string& community, int number) {
    using namespace std::string_literals;
    const std::string named = binding(tagged(0x06, "\x2b\x06\x01\x06\x03\x01\x01\x04\x01\x00"s),
                                      module_object("\x00"s + static_cast<char>(number)));
    const std::string body =
        small_integer(1) + small_integer(0) + small_integer(0) + tagged(0x30, named);
    return tagged(0x30, small_integer(1) + octets(community) + tagged(0xa7, body));
}

}  // namespace dim::snmp::samples
