// Runs on the target: errors as values, exceptions through library code, threads' storage, and the
// byte order expected.
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <expected>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::expected<int, std::string> parse(const std::string& text) {
    try {
        return std::stoi(text);
    } catch (const std::invalid_argument& error) {
        return std::unexpected(std::string("not a number: ") + error.what());
    } catch (const std::out_of_range&) {
        return std::unexpected("too large");
    }
}

thread_local std::vector<std::string> failures;

void expect(bool condition, const char* what) {
    if (!condition) failures.emplace_back(what);
}

struct CountsDestruction {
    int& count;
    ~CountsDestruction() { count++; }
};

void throw_past_a_destructor(int& count) {
    CountsDestruction guard{count};
    throw std::runtime_error(std::string(100, 'x'));
}

}  // namespace

int main(int argc, char** argv) {
    expect(argc == 2, "one argument: big or little");
    const bool big = argc == 2 && std::strcmp(argv[1], "big") == 0;
    expect((std::endian::native == std::endian::big) == big, "byte order");
    expect(sizeof(long double) >= sizeof(double), "long double");
    expect(parse("x").error().starts_with("not a number"), "an exception becomes an error");
    expect(parse("99999999999").error() == "too large", "the right handler is chosen");
    expect(parse("42") == 42, "a value");
    int destroyed = 0;
    try {
        throw_past_a_destructor(destroyed);
        expect(false, "an exception arrives");
    } catch (const std::exception& error) {
        expect(std::strlen(error.what()) == 100, "an exception keeps its text");
    }
    expect(destroyed == 1, "unwinding runs destructors");
    for (const auto& failure : failures)
        std::fprintf(stderr, "failed: %s\n", failure.c_str());
    return failures.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}
