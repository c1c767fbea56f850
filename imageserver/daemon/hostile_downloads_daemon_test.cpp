#include "imageserver/daemon/bootnet_side_fixture.hpp"
#include "libdim/sys/file.hpp"
#include "linuxrc/elf_fixture.hpp"
#include "linuxrc/module_fixture.hpp"

#include <array>
#include <atomic>
#include <filesystem>
#include <random>

/// Boot files by HTTP while blades and others attack: who boots gets his, and the administrator an
/// answer.
namespace dim::server {
namespace {

using namespace std::chrono_literals;

constexpr const char* kManyBlades = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
  <level name="server" symbol="is" width="2" last="1">
    <component name="server" role="server">
      <interface network="bootnet" device="boot0" address="10.1.0.1"/>
    </component>
  </level>
  <level name="blade" symbol="b" last="400">
    <component name="blade" role="blade" type="x86_64-uefi" server="is01">
      <interface network="bootnet" address="10.1.{2+blade/200}.{blade%200+1}"/>
    </component>
  </level>
</cluster>
)";
constexpr std::uint32_t address_of(std::uint32_t blade) {
    return 0x0a010000 + ((2 + blade / 200) << 8) + blade % 200 + 1;
}
constexpr std::uint32_t kBootingBlade = 399;
constexpr std::uint32_t kStranger = 0x0a010909;
constexpr std::uint16_t kPort = 80;
constexpr std::size_t kKernelBytes = std::size_t{16} << 20;
constexpr const char* kRelease = "6.1.0-9-amd64";
constexpr const char* kWhole = "/boot/debian/linux.efi";

std::string get(std::string_view target, std::string_view fields = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: is01\r\n" + std::string(fields) +
           "\r\n";
}

/// False when the server has closed, or does not take it.
bool put(const sys::Fd& socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// What comes next, at most MOST bytes of it; empty at the end, or after five seconds of nothing.
std::string take(const sys::Fd& socket, std::size_t most = 65536) {
    std::string bytes(most, '\0');
    const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
}

std::string take_all(const sys::Fd& socket) {
    std::string all;
    for (std::string more = take(socket); !more.empty(); more = take(socket))
        all += more;
    return all;
}

std::string body_of(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    return end == std::string::npos ? std::string() : answer.substr(end + 4);
}

class HostileDownloadsTest : public DaemonTest {
protected:
    void prepare() override {
        ASSERT_TRUE(sys::write_file_atomically(settings_.cluster_file, kManyBlades));
        const std::string modules = tree_ + "/usr/lib/modules/" + kRelease;
        ASSERT_TRUE(run_all({"mkdir -p " + settings_.agents + "/x86_64 " + tree_ + "/boot " +
                             modules + "/kernel"}));
        std::string kernel(kKernelBytes, '\0');
        std::minstd_rand random(1);
        std::ranges::generate(kernel, [&] { return static_cast<char>(random()); });
        const auto write = [](const std::string& path, const std::string& bytes) {
            ASSERT_TRUE(sys::write_file_atomically(path, bytes)) << path;
        };
        write(settings_.agents + "/x86_64/initagent", linuxrc::testing::static_x86_64_program());
        write(tree_ + "/boot/vmlinuz-" + kRelease, kernel);
        write(modules + "/modules.dep", "kernel/nfsv4.ko:\n");
        write(modules + "/kernel/nfsv4.ko",
              linuxrc::testing::kernel_module(
                  {"vermagic=" + std::string(kRelease) + " SMP mod_unload "}));
    }
    /// Makes the boot file that all of this is about.
    void SetUp() override {
        DaemonTest::SetUp();
        ASSERT_TRUE(side().is_made());
        ASSERT_TRUE(is_done(http::Method::post, "/v1/images",
                            R"({"name":"debian","architecture":"x86_64","exclude":[],)"
                            R"("one_file_system":false,"source":")" +
                                tree_ +
                                R"(","shared":["usr"],"init":"/sbin/init",)"
                                R"("blade_image_bytes":67108864})"));
        ASSERT_TRUE(
            is_done(http::Method::post, "/v1/boot-files", R"({"image":"debian","options":[]})"));
        for (const auto& entry : std::filesystem::recursive_directory_iterator(
                 settings_.state_directory + "/boot/debian"))
            if (entry.path().filename() == "linux.efi") file_ = entry.path();
        whole_ = sys::read_file(file_, kKernelBytes * 2).value();
        const auto listens = [this] {
            return answer(kBootingBlade, get("/", kClose)).contains(" 404 ");
        };
        bool is_listening = listens();
        for (const auto deadline = sys::Deadline::in(20s); !is_listening && !deadline.has_passed();)
            is_listening = listens();
        ASSERT_TRUE(is_listening);
    }
    void TearDown() override {
        end_attacks();
        DaemonTest::TearDown();
    }

    static constexpr const char* kClose = "Connection: close\r\n";

    /// One for all tests of the program, as the network that it is part of.
    static const BootnetSide& side() {
        static const BootnetSide one;
        return one;
    }

    /// All that comes back, until the server closes.
    std::string answer(std::uint32_t blade, const std::string& bytes) const {
        std::string all;
        side()
            .run([&] {
                const auto socket = connect_from(address_of(blade), kPort);
                if (!socket) return;
                static_cast<void>(put(*socket, bytes));
                all = take_all(*socket);
            })
            .join();
        return all;
    }

    /// DEED again and again, until all attacks are to end.
    template <class Deed>
    void attack(Deed deed) {
        attacks_.push_back(side().run([this, deed = std::move(deed)] {
            while (!is_over())
                deed();
        }));
    }
    /// Whether attacks are to end; waits so long for it.
    bool is_over(std::chrono::milliseconds patience = 0ms) const {
        return over_.wait_for(patience) == std::future_status::ready;
    }
    void end_attacks() {
        if (attacks_.empty()) return;
        end_.set_value();
        for (std::thread& attack : std::exchange(attacks_, {}))
            attack.join();
    }

    /// A blade that boots, while an administrator asks.
    void expect_service() {
        for (int i = 0; i < 3; ++i) {
            const std::int64_t start = sys::monotonic_us();
            const std::string got = answer(kBootingBlade, get(kWhole, kClose));
            EXPECT_TRUE(got.starts_with("HTTP/1.1 200 ")) << got.substr(0, 200);
            EXPECT_TRUE(body_of(got) == whole_) << body_of(got).size() << " of " << whole_.size();
            EXPECT_LT(sys::monotonic_us() - start, 20'000'000);
            EXPECT_TRUE(ask(http::Method::get, "/v1/status", "", 5s));
        }
    }

    static std::ptrdiff_t open_files() {
        return std::ranges::distance(std::filesystem::directory_iterator("/proc/self/fd"));
    }

    std::string file_;
    std::string whole_;
    std::promise<void> end_;
    std::shared_future<void> over_ = end_.get_future().share();
    std::vector<std::thread> attacks_;
};

TEST_F(HostileDownloadsTest, AnswerNoRequestWithWhatIsNoBootFile) {
    const std::string up = "%2e%2e/";
    const std::vector<std::string> targets{
        "/",
        "/boot",
        "/boot/",
        "//boot/debian/linux.efi",
        "/boot//debian/linux.efi",
        "/boot/debian//linux.efi",
        "/boot/debian/linux.efi/",
        "/boot/debian/linux.efi?x",
        "/boot/./debian/linux.efi",
        "/boot/../boot/debian/linux.efi",
        "/boot/../dim.db",
        "/boot/debian/../../dim.db",
        "/boot/" + up + "dim.db",
        "/boot/debian/" + up + up + "dim.db",
        "/boot/%252e%252e/dim.db",
        "/boot/..%2fdim.db",
        "/boot/..%c0%af..%c0%afdim.db",
        "/boot/..\\dim.db",
        "/boot/debian\\linux.efi",
        "/boot/debian%00/linux.efi",
        "/boot/debian/linux.efi%00",
        "/boot/%64ebian/linux.efi",
        "/boot/debian/1/" + up + "1/linux.efi",
        "/boot/debian/01/x86_64-00000000/linux.efi",
        "/boot/debian/18446744073709551617/x86_64-00000000/linux.efi",
        "/boot/debian/1/x86_64-......../linux.efi",
        "/boot/debian/1/x86_64-00000000/linux.efi",
        "/../../../../etc/passwd",
        file_,
        "file://" + file_,
        "http://10.1.0.1/boot/debian/linux.efi",
        "/boot/" + std::string(3000, 'a') + "/linux.efi",
        "/boot/" + std::string(300, '/') + "linux.efi",
        "/" + std::string(100'000, 'a'),
        std::string("/boot/debian\0/linux.efi", 23),
        "/boot/debian/linux.efi\xff",
        "/boot/debian/linux.efi\r\nX:",
        "*",
    };
    for (const std::string& target : targets) {
        const std::string got = answer(1, get(target, kClose));
        EXPECT_TRUE(got.starts_with("HTTP/1.1 4")) << target << ": " << got.substr(0, 200);
        EXPECT_EQ(got.find("\nHTTP/1.1 "), std::string::npos) << target << ": two answers";
    }
    expect_service();
}

TEST_F(HostileDownloadsTest, AnswerOneRequestWithOneAnswer) {
    const std::string second = get(kWhole);
    struct Case {
        std::string bytes;
        std::string status;
    };
    const std::vector<Case> cases{
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
         "0\r\n\r\n" +
             second,
         "4"},
        {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + second,
         "411"},
        {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + second,
         "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(second.size()) +
             "\r\n\r\n" + second,
         "413"},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 9\r\n\r\n" + second,
         "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n" + second, "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n" + second,
         "4"},
        {"POST " + std::string(kWhole) +
             " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
         "405"},
        {"CONNECT 10.1.0.1:22 HTTP/1.1\r\nHost: a\r\n\r\n" + second, "501"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + second, "400"},
        {"GET / HTTP/1.1\r\n\r\n" + second, "400"},
        {"GET / HTTP/1.1\nHost: a\n\n" + second, "400"},
        {"GET / HTTP/9.9\r\nHost: a\r\n\r\n" + second, ""},
        {"GET /\r\n\r\n" + second, "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n" + second, "417"},
        {"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n" + second, "501"},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ""},
        {"\x16\x03\x01\x02" + std::string(600, '\1'), "400"},
        {get(kWhole, "X: " + std::string(5000, 'x') + "\r\n"), "431"},
        {get(kWhole, "Range: bytes=" + std::string(5000, '0') + "-\r\n"), "431"},
    };
    for (const Case& each : cases) {
        const std::string got = answer(1, each.bytes);
        EXPECT_TRUE(got.starts_with("HTTP/1.1 " + each.status))
            << each.bytes.substr(0, 100) << ": " << got.substr(0, 200);
        EXPECT_EQ(got.find("\nHTTP/1.1 "), std::string::npos) << each.bytes.substr(0, 100);
    }
    expect_service();
}

TEST_F(HostileDownloadsTest, AnswerRangesByOneOrByTheWhole) {
    std::string many = "0-0";
    for (int i = 2; i < 700; ++i)
        many += "," + std::to_string(i) + "-";
    const std::string size = std::to_string(whole_.size());
    struct Case {
        std::string range;
        std::string status;
        std::size_t bytes;
    };
    const std::vector<Case> cases{
        {many, "200", whole_.size()},
        {"0-9,5-14", "200", whole_.size()},
        {"9-0", "200", whole_.size()},
        {"-", "200", whole_.size()},
        {"--1", "200", whole_.size()},
        {"0--1", "200", whole_.size()},
        {"0x10-", "200", whole_.size()},
        {"18446744073709551615-18446744073709551616", "200", whole_.size()},
        {"99999999999999999999999999-", "200", whole_.size()},
        {"9223372036854775807-", "416", 0},
        {"9223372036854775806-9223372036854775807", "416", 0},
        {"-0", "416", 0},
        {size + "-", "416", 0},
        {"-9223372036854775807", "206", whole_.size()},
        {"0-9223372036854775807", "206", whole_.size()},
        {"5-5", "206", 1},
    };
    for (const Case& each : cases) {
        const std::string got =
            answer(1, get(kWhole, "Range: bytes=" + each.range + "\r\nConnection: close\r\n"));
        EXPECT_TRUE(got.starts_with("HTTP/1.1 " + each.status + " "))
            << each.range.substr(0, 50) << ": " << got.substr(0, 200);
        if (each.bytes != 0) EXPECT_EQ(body_of(got).size(), each.bytes) << each.range.substr(0, 50);
    }
}

TEST_F(HostileDownloadsTest, LeaveConnectionsToABladeThatHasNone) {
    const std::ptrdiff_t before = open_files();
    {
        std::vector<sys::Fd> held;
        side()
            .run([&] {
                // More than there are places for; some have begun a request, some a download that
                // they do not read, and the rest says nothing.
                for (std::uint32_t blade = 1; blade <= 300; ++blade) {
                    for (int i = 0; i < 9; ++i) {
                        auto socket = connect_from(address_of(blade), kPort);
                        if (!socket) continue;
                        if (i == 0) static_cast<void>(put(*socket, get(kWhole)));
                        if (i == 1) static_cast<void>(put(*socket, "GET /boot"));
                        held.push_back(*std::move(socket));
                    }
                }
            })
            .join();
        EXPECT_GT(held.size(), std::size_t{2600});
        expect_service();
    }
    const auto has_closed = [&] { return open_files() <= before + 16; };
    for (const auto deadline = sys::Deadline::in(30s); !has_closed() && !deadline.has_passed();)
        EXPECT_TRUE(ask(http::Method::get, "/v1/status", "", 5s));
    EXPECT_TRUE(has_closed()) << before << " open files before, " << open_files() << " after";
}

TEST_F(HostileDownloadsTest, GoOnWhileOthersFlood) {
    std::string requests;
    for (int i = 0; i < 1000; ++i)
        requests += i % 2 == 0 ? get("/boot/debian/nothing") : get("/boot/debian/boot.ipxe");
    // Requests without end, whose answers are read; from several connections of one blade.
    for (int i = 0; i < 4; ++i) {
        attack([this, requests] {
            const auto socket = connect_from(address_of(1), kPort);
            if (!socket) return;
            std::thread reader([&] {
                while (!take(*socket).empty() && !is_over()) {
                }
            });
            while (!is_over() && put(*socket, requests)) {
            }
            ::shutdown(socket->get(), SHUT_RDWR);
            reader.join();
        });
    }
    // A reader of a byte now and then, and a writer of one.
    attack([this] {
        const auto socket = connect_from(address_of(2), kPort);
        if (!socket || !put(*socket, get(kWhole))) return;
        for (int i = 0; i < 20; ++i) {
            static_cast<void>(take(*socket, 1));
            if (is_over(100ms)) return;
        }
    });
    attack([this] {
        const auto socket = connect_from(address_of(3), kPort);
        for (const char byte : std::string(50, 'G')) {
            if (!socket || !put(*socket, {&byte, 1})) return;
            if (is_over(100ms)) return;
        }
    });
    // Downloads that break off, connections that come and go, and somebody who is no blade.
    attack([] {
        const auto socket = connect_from(address_of(4), kPort);
        if (socket && put(*socket, get(kWhole))) static_cast<void>(take(*socket, 1000));
    });
    for (const std::uint32_t address : {address_of(5), kStranger}) {
        attack([address] {
            std::vector<std::optional<sys::Fd>> burst;
            for (int i = 0; i < 100; ++i)
                burst.push_back(connect_from(address, kPort));
        });
    }
    std::atomic<std::size_t> told_to_strangers = 0;
    attack([&told_to_strangers] {
        const auto socket = connect_from(kStranger, kPort);
        if (!socket) return;
        static_cast<void>(put(*socket, get(kWhole)));
        told_to_strangers += take(*socket).size();
    });
    expect_service();
    EXPECT_FALSE(alerts("unknown-address").empty());
    end_attacks();
    EXPECT_EQ(told_to_strangers, 0U);
}

}  // namespace
}  // namespace dim::server
