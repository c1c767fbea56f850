#include "libdim/api/admin_messages.hpp"
#include "libdim/api/agent_messages.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/api/message_samples.hpp"

#include <gtest/gtest.h>

// What every message has in common, shown with some.
namespace dim::api {
namespace {

/// A heartbeat with VALUE (JSON) for the member NAME.
std::string heartbeat_with(std::string_view name, std::string_view value) {
    std::string text = "{";
    const auto add = [&](std::string_view member, std::string_view usual) {
        text.append(text.size() == 1 ? "\"" : ",\"").append(member).append("\":");
        text.append(member == name ? value : usual);
    };
    add("token", "\"abc\"");
    add("memory_available_bytes", "1");
    add("processes", "1");
    add("load", "0.5");
    add("now_us", "1");
    return text + "}";
}

ErrorCode refusal_of(std::string_view text) {
    const auto message = parse<Heartbeat>(text);
    EXPECT_FALSE(message) << text;
    return message ? ErrorCode::internal : message.error().code();
}

TEST(Codec, RefusesWhatIsNoJson) {
    for (const char* text : {"", " ", "{", "{]", "nul", "{\"a\":1,}", "{}{}", "\xff\xfe", "'a'"})
        EXPECT_EQ(refusal_of(text), ErrorCode::invalid_input) << text;
}

TEST(Codec, RefusesWhatIsNoObject) {
    for (const char* text : {"null", "[]", "1", "\"token\"", "true"})
        EXPECT_EQ(refusal_of(text), ErrorCode::invalid_input) << text;
}

TEST(Codec, NamesTheMemberThatIsMissingOrWrong) {
    EXPECT_EQ(parse<Heartbeat>("{}").error().message(), "token: missing");
    EXPECT_EQ(parse<Heartbeat>(heartbeat_with("processes", "\"1\"")).error().message(),
              "processes: expected a whole number that is not negative");
}

TEST(Codec, NamesTheWayToANestedMember) {
    const std::string text = to_json(samples::boot_request());
    const std::string broken = [&] {
        std::string copy = text;
        copy.replace(copy.find("mount-root"), 10, "mount-boot");
        return copy;
    }();
    const auto message = parse<BootRequest>(broken);
    ASSERT_FALSE(message);
    EXPECT_TRUE(message.error().message().starts_with("earlier_failures: 0: stage: "))
        << message.error().message();
}

TEST(Codec, RefusesNumbersOutsideTheirRange) {
    for (const char* value : {"-1", "4294967296", "1.5", "1e3", "18446744073709551616", "null"})
        EXPECT_EQ(refusal_of(heartbeat_with("processes", value)), ErrorCode::invalid_input)
            << value;
    EXPECT_TRUE(parse<Heartbeat>(heartbeat_with("processes", "4294967295")));
    EXPECT_TRUE(parse<Heartbeat>(heartbeat_with("now_us", "18446744073709551615")));
}

TEST(Codec, RefusesTextAboveItsLimit) {
    const std::string longest(limits::kTextBytes, 'x');
    EXPECT_TRUE(parse<Heartbeat>(heartbeat_with("token", '"' + longest + '"')));
    EXPECT_EQ(refusal_of(heartbeat_with("token", '"' + longest + "x\"")),
              ErrorCode::limit_exceeded);
}

TEST(Codec, RefusesTextWithNul) {
    EXPECT_EQ(refusal_of(heartbeat_with("token", "\"a\\u0000b\"")), ErrorCode::invalid_input);
}

TEST(Codec, RefusesMessagesAboveTheirLimit) {
    const std::string blanks(limits::kMessageBytes, ' ');
    EXPECT_EQ(refusal_of(heartbeat_with("token", "\"\"") + blanks), ErrorCode::limit_exceeded);
}

TEST(Codec, RefusesDeepNesting) {
    const auto nested = [](std::size_t depth) {
        return heartbeat_with("token",
                              "\"\",\"more\":" + std::string(depth, '[') + std::string(depth, ']'));
    };
    EXPECT_TRUE(parse<Heartbeat>(nested(limits::kDepth - 1)));
    EXPECT_EQ(refusal_of(nested(limits::kDepth + 1)), ErrorCode::limit_exceeded);
    EXPECT_EQ(refusal_of(nested(20'000)), ErrorCode::limit_exceeded);
}

TEST(Codec, RefusesListsAboveTheirLimit) {
    BootRequest request = samples::boot_request();
    request.earlier_failures.assign(limits::kEarlierFailures, samples::boot_failure());
    EXPECT_TRUE(parse<BootRequest>(to_json(request)));
    request.earlier_failures.push_back(samples::boot_failure());
    EXPECT_EQ(parse<BootRequest>(to_json(request)).error().code(), ErrorCode::limit_exceeded);

    FailureReport report = samples::failure_report();
    report.failure.kernel_messages.assign(limits::kKernelMessages + 1, "line");
    EXPECT_EQ(parse<FailureReport>(to_json(report)).error().code(), ErrorCode::limit_exceeded);

    StageReport stages = samples::stage_report();
    stages.stages.assign(limits::kSharedMounts + 1, {model::BootStage::plan, 1});
    EXPECT_EQ(parse<StageReport>(to_json(stages)).error().code(), ErrorCode::limit_exceeded);

    Blades blades = samples::blades();
    blades.blades.assign(limits::kListItems + 1, samples::blade());
    EXPECT_EQ(parse<Blades>(to_json(blades)).error().code(), ErrorCode::limit_exceeded);
}

TEST(Codec, IgnoresMembersItDoesNotKnow) {
    EXPECT_TRUE(parse<Heartbeat>(heartbeat_with("token", "\"\",\"later\":{\"x\":[1,2]}")));
}

TEST(Codec, TakesNullForAnAbsentOptional) {
    std::string text = to_json(samples::bare_boot_request());
    text.insert(text.size() - 1, ",\"serial\":null");
    EXPECT_EQ(parse<BootRequest>(text), samples::bare_boot_request());
}

TEST(Codec, WritesOneLineWithoutAbsentMembers) {
    EXPECT_EQ(to_json(samples::done_line()), R"({"done":"image imported"})");
    EXPECT_EQ(to_json(samples::cluster_status()).find('\n'), std::string::npos);
}

TEST(Codec, BytesThatAreNoUtf8BecomeReplacementCharacters) {
    JobLine line = samples::done_line();
    line.done = "caf\xe9";
    EXPECT_EQ(to_json(line), "{\"done\":\"caf\xef\xbf\xbd\"}");
}

}  // namespace
}  // namespace dim::api
