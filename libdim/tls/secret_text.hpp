#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dim::tls {

/// A text, such as a private key, that is wiped from memory when it goes. It cannot be copied or
/// printed.
class [[nodiscard]] SecretText {
public:
    SecretText() = default;
    /// Takes the text over and wipes where it was.
    explicit SecretText(std::string&& text);
    SecretText(SecretText&& other) noexcept;
    SecretText& operator=(SecretText&& other) noexcept;
    ~SecretText();

    std::string_view view() const { return text_; }
    bool is_empty() const { return text_.empty(); }

private:
    std::string text_;
};

/// Overwrites memory in a way the compiler cannot leave out.
void wipe(void* memory, std::size_t size);

}  // namespace dim::tls
