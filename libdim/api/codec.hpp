#pragma once

#include "libdim/api/json.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/boot_stage.hpp"
#include "libdim/model/conflict_policy.hpp"
#include "libdim/model/file_system.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/ipv6.hpp"
#include "libdim/model/mac_address.hpp"
#include "libdim/model/master_source.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <concepts>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// How messages become JSON and back: included only by the .cpp files that describe messages.
///
/// A message is an aggregate. Its description lists every member in the order of declaration:
///     template <> struct Members<Heartbeat> {
///         static constexpr auto kAll = std::tuple{member("token", &Heartbeat::token), …};
///     };
namespace dim::api {

using Json = nlohmann::ordered_json;

template <class Owner, class Value>
struct Member {
    const char* name;
    Value Owner::* pointer;
    std::size_t limit;  ///< bytes of a string, items of a list; else kTextBytes and kListItems
};

template <class Owner, class Value>
constexpr Member<Owner, Value> member(const char* name, Value Owner::* pointer,
                                      std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    return {name, pointer, limit};
}

template <class Message>
struct Members;

template <class T>
concept IsMessage = requires { Members<T>::kAll; };

inline std::unexpected<Error> unexpected_type(const char* expected) {
    return fail(ErrorCode::invalid_input, std::string("expected ") + expected);
}

/// Reads one value of type T; the primary template reads messages, specialisations everything else.
template <class T>
struct Codec;

template <>
struct Codec<std::string> {
    static Result<std::string> decode(const Json& json, std::size_t limit) {
        const auto* text = json.get_ptr<const std::string*>();
        if (text == nullptr) return unexpected_type("a string");
        const std::size_t most = std::min(limit, limits::kReplyBytes);
        if (text->size() >
            (limit == std::numeric_limits<std::size_t>::max() ? limits::kTextBytes : most)) {
            return fail(ErrorCode::limit_exceeded, "the string is too long");
        }
        if (text->contains('\0'))
            return fail(ErrorCode::invalid_input, "the string has a NUL in it");
        return *text;
    }
    static Json encode(const std::string& text) { return text; }
};

template <>
struct Codec<bool> {
    static Result<bool> decode(const Json& json, std::size_t) {
        const auto* value = json.get_ptr<const bool*>();
        if (value == nullptr) return unexpected_type("true or false");
        return *value;
    }
    static Json encode(bool value) { return value; }
};

template <std::integral T>
struct Codec<T> {
    static Result<T> decode(const Json& json, std::size_t) {
        if (const auto* value = json.get_ptr<const Json::number_unsigned_t*>()) {
            if (std::in_range<T>(*value)) return static_cast<T>(*value);
        } else if (const auto* negative = json.get_ptr<const Json::number_integer_t*>()) {
            if (std::in_range<T>(*negative)) return static_cast<T>(*negative);
        }
        return unexpected_type(std::is_signed_v<T> ? "a whole number"
                                                   : "a whole number that is not negative");
    }
    static Json encode(T value) { return value; }
};

template <>
struct Codec<double> {
    static Result<double> decode(const Json& json, std::size_t) {
        if (!json.is_number()) return unexpected_type("a number");
        return json.get<double>();
    }
    static Json encode(double value) { return value; }
};

/// Value types that are text outside.
template <class T, auto parse_text>
struct TextCodec {
    static Result<T> decode(const Json& json, std::size_t) {
        const auto* text = json.get_ptr<const std::string*>();
        if (text == nullptr) return unexpected_type("a string");
        return parse_text(*text);
    }
    static Json encode(const T& value) { return std::string(to_string(value)); }
};

template <>
struct Codec<model::MacAddress> : TextCodec<model::MacAddress, &model::MacAddress::parse> {};
template <>
struct Codec<model::Ipv4Address> : TextCodec<model::Ipv4Address, &model::Ipv4Address::parse> {};
template <>
struct Codec<model::Ipv6Address> : TextCodec<model::Ipv6Address, &model::Ipv6Address::parse> {};
template <>
struct Codec<model::Timestamp> : TextCodec<model::Timestamp, &model::Timestamp::parse> {};
template <>
struct Codec<model::ComponentName> : TextCodec<model::ComponentName, &model::ComponentName::parse> {
};
template <>
struct Codec<model::ImageName> : TextCodec<model::ImageName, &model::ImageName::parse> {};
template <>
struct Codec<model::MasterSource> : TextCodec<model::MasterSource, &model::MasterSource::parse> {};
template <>
struct Codec<model::Architecture> : TextCodec<model::Architecture, &model::parse_architecture> {};
template <>
struct Codec<model::FileSystem> : TextCodec<model::FileSystem, &model::parse_file_system> {};
template <>
struct Codec<model::ConflictPolicy>
    : TextCodec<model::ConflictPolicy, &model::parse_conflict_policy> {};
template <>
struct Codec<model::BladeType> : TextCodec<model::BladeType, &model::parse_blade_type> {};
template <>
struct Codec<model::BootStage> : TextCodec<model::BootStage, &model::parse_boot_stage> {};
template <>
struct Codec<model::BladeState> : TextCodec<model::BladeState, &model::parse_blade_state> {};

template <>
struct Codec<model::Generation> {
    static Result<model::Generation> decode(const Json& json, std::size_t limit) {
        DIM_TRY(const auto number, Codec<std::uint32_t>::decode(json, limit));
        return model::Generation::from_number(number);
    }
    static Json encode(model::Generation generation) { return generation.number(); }
};

template <class T>
struct Codec<std::vector<T>> {
    static Result<std::vector<T>> decode(const Json& json, std::size_t limit) {
        if (!json.is_array()) return unexpected_type("a list");
        const bool is_limited = limit != std::numeric_limits<std::size_t>::max();
        if (json.size() > (is_limited ? limit : limits::kListItems)) {
            return fail(ErrorCode::limit_exceeded, "the list is too long");
        }
        std::vector<T> items;
        items.reserve(json.size());
        for (const Json& element : json) {
            auto item = Codec<T>::decode(element, std::numeric_limits<std::size_t>::max());
            if (!item)
                return fail(std::move(item).error().with_context(std::to_string(items.size())));
            items.push_back(*std::move(item));
        }
        return items;
    }
    static Json encode(const std::vector<T>& items) {
        Json json = Json::array();
        for (const T& item : items)
            json.push_back(Codec<T>::encode(item));
        return json;
    }
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class Owner, class Value>
Result<Value> decode_member(const Json& json, const Member<Owner, Value>& description) {
    const auto found = json.find(description.name);
    if constexpr (kIsOptional<Value>) {
        if (found == json.end() || found->is_null()) return Value{};
        auto value = Codec<typename Value::value_type>::decode(*found, description.limit);
        if (!value) return fail(std::move(value).error().with_context(description.name));
        return Value(*std::move(value));
    } else {
        if (found == json.end())
            return fail(ErrorCode::invalid_input, std::string(description.name) + ": missing");
        auto value = Codec<Value>::decode(*found, description.limit);
        if (!value) return fail(std::move(value).error().with_context(description.name));
        return value;
    }
}

template <IsMessage Message>
struct Codec<Message> {
    static Result<Message> decode(const Json& json, std::size_t) {
        if (!json.is_object()) return unexpected_type("an object");
        return std::apply(
            [&json](const auto&... members) { return build(decode_member(json, members)...); },
            Members<Message>::kAll);
    }
    static Json encode(const Message& message) {
        Json json = Json::object();
        std::apply([&](const auto&... members) { (encode_member(json, message, members), ...); },
                   Members<Message>::kAll);
        return json;
    }

private:
    template <class... Values>
    static Result<Message> build(Result<Values>... values) {
        const Error* first = nullptr;
        ((first = first == nullptr && !values ? &values.error() : first), ...);
        if (first != nullptr) return fail(*first);
        return Message{*std::move(values)...};
    }
    template <class Value>
    static void encode_member(Json& json, const Message& message,
                              const Member<Message, Value>& description) {
        const Value& value = message.*description.pointer;
        if constexpr (kIsOptional<Value>) {
            if (value) json[description.name] = Codec<typename Value::value_type>::encode(*value);
        } else {
            json[description.name] = Codec<Value>::encode(value);
        }
    }
};

/// The JSON value of TEXT, or an error; never deeper than limits::kDepth.
Result<Json> parse_json(std::string_view text, std::size_t byte_limit);

/// One line; bytes that are not UTF-8 become U+FFFD.
std::string dump_json(const Json& json);

template <class Message>
Result<Message> parse_as(std::string_view text, std::size_t byte_limit) {
    DIM_TRY(const Json json, parse_json(text, byte_limit));
    return Codec<Message>::decode(json, 0);
}

}  // namespace dim::api

/// Makes parse<MESSAGE> and to_json<MESSAGE>; BYTES is the longest text of one.
#define DIM_API_MESSAGE(MESSAGE, BYTES)                     \
    template <>                                             \
    Result<MESSAGE> parse<MESSAGE>(std::string_view text) { \
        return parse_as<MESSAGE>(text, BYTES);              \
    }                                                       \
    template <>                                             \
    std::string to_json<MESSAGE>(const MESSAGE& message) {  \
        return dump_json(Codec<MESSAGE>::encode(message));  \
    }
