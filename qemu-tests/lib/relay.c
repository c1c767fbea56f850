// Connects to a server and back to a tester, and carries bytes between the two: so the tester speaks from this machine, as the
// user who runs it.
//
// usage: relay ADDRESS PORT TESTER-PORT [SOURCE-PORT]
//   both are at ADDRESS; SOURCE-PORT is where the connection to PORT comes from
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in endpoint(const char *address, const char *port) {
    struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    if (inet_pton(AF_INET, address, &result.sin_addr) != 1) errx(2, "no address: %s", address);
    return result;
}

static int connected(const char *address, const char *port, const char *source_port) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const struct sockaddr_in own = endpoint("0.0.0.0", source_port);
    const struct sockaddr_in other = endpoint(address, port);
    if (fd < 0) err(1, "socket");
    if (bind(fd, (const struct sockaddr *)&own, sizeof own) != 0) err(1, "bind %s", source_port);
    if (connect(fd, (const struct sockaddr *)&other, sizeof other) != 0) err(1, "connect %s:%s", address, port);
    return fd;
}

// Ends the program at the end of either.
static void carry(int from, int to) {
    char bytes[65536];
    const ssize_t size = read(from, bytes, sizeof bytes);
    if (size <= 0) exit(0);
    for (ssize_t done = 0; done < size;) {
        const ssize_t count = write(to, bytes + done, (size_t)(size - done));
        if (count < 0) exit(0);
        done += count;
    }
}

int main(int argc, char **argv) {
    if (argc < 4) errx(2, "usage: relay ADDRESS PORT TESTER-PORT [SOURCE-PORT]");
    struct pollfd both[2] = {{.fd = connected(argv[1], argv[3], "0"), .events = POLLIN},
                             {.fd = connected(argv[1], argv[2], argc > 4 ? argv[4] : "0"), .events = POLLIN}};
    while (poll(both, 2, -1) > 0) {
        for (int i = 0; i < 2; ++i)
            if (both[i].revents != 0) carry(both[i].fd, both[1 - i].fd);
    }
    return 0;
}
