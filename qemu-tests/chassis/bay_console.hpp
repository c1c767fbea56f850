#pragma once

#include "qemu-tests/chassis/descriptor.hpp"
#include "qemu-tests/chassis/loop.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::chassis {

/// The serial line of the blade in a bay, and who is at it: the one session of serial over LAN, and
/// whoever connected to its Unix socket, which is the cable at the blade's front.
class BayConsole {
public:
    using Output = std::function<void(std::string_view)>;
    BayConsole(Loop& loop, int bay) : loop_(loop), bay_(bay) {}
    ~BayConsole();
    BayConsole(const BayConsole&) = delete;
    BayConsole& operator=(const BayConsole&) = delete;

    /// False when PATH cannot be.
    bool listen_at(const std::string& path);
    /// What is typed goes there from now on; nullptr: to nobody.
    void set_machine(const Descriptor* machine) { machine_ = machine; }
    /// What is typed is answered with "bay 3: LINE", where no machine is.
    void imitate() { is_imitation_ = true; }
    void set_session(Output output) { session_ = std::move(output); }

    void print(std::string_view bytes);
    void type(std::string_view bytes);

private:
    void accept();
    void read(int fd);
    void answer(std::string_view bytes);

    Loop& loop_;
    int bay_;
    const Descriptor* machine_ = nullptr;
    bool is_imitation_ = false;
    std::string typed_;
    Output session_;
    std::string path_;
    Descriptor listener_;
    std::vector<Descriptor> attached_;
};

}  // namespace dim::chassis
