// Puts links, FIFOs, devices, other files and directories in the place of what a new generation changes, for moments, until it is ended.
//
// usage: swap SEED DIRECTORY...        tells at its end how often it did
//        swap immutable FILE           tells whether it could make it so
//   DIRECTORY: of the image server; what stands in it by the name of what was swapped is what a link leads to
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char *const swapped[] = {"etc",          "etc/app",       "etc/app/a",     "etc/app/b",    "etc/motd",        "etc/passwd",
                                      "var/lib",      "var/lib/app",   "var/lib/app/db", "srv/comes",   "srv/comes/inner", "srv/comes/inner/1"};
static const char aside[] = "/aside";
static const char precious[] = "/root/precious";
static volatile sig_atomic_t has_ended;

static void end(int number) {
    (void)number;
    has_ended = 1;
}

static unsigned below(unsigned bound) { return (unsigned)rand() % bound; }

// To what the server has at PATH in DIRECTORY, from the root or up from wherever it is looked at.
static void make_link(const char *directory, const char *path) {
    static const char up[] = "../../../../../../../../../../../..";
    char target[4096];
    if (snprintf(target, sizeof target, "%s%s/%s", below(2) ? up : "", directory, path) < (int)sizeof target)
        (void)!symlink(target, path);
}

static void make_lure(const char *path, char **directories, unsigned count) {
    switch (below(10)) {
        case 0: (void)!mkfifo(path, 0600); break;
        case 1: (void)!mknod(path, S_IFCHR | 0600, makedev(1, 5)); break;
        case 2: (void)!mkdir(path, 0700); break;
        case 3: (void)!link(precious, path); break;
        case 4: (void)!symlink("..", path); break;
        case 5: (void)!symlink(strrchr(path, '/') ? strrchr(path, '/') + 1 : path, path); break;  // to itself
        case 6: break;
        default: make_link(directories[below(count)], path);
    }
}

static int swap(char **directories, unsigned count) {
    const char *path = swapped[below(sizeof swapped / sizeof *swapped)];
    if (rename(path, aside) != 0) return 0;
    make_lure(path, directories, count);
    usleep(below(4) ? below(2000) : below(60000));
    if (rmdir(path) != 0) (void)!unlink(path);
    (void)!rename(aside, path);  // in which something stands by now, perhaps
    return 1;
}

static int make_immutable(const char *file) {
    int flags = FS_IMMUTABLE_FL;
    const int fd = open(file, O_RDONLY);
    if (fd < 0) err(1, "%s", file);
    if (ioctl(fd, FS_IOC_SETFLAGS, &flags) != 0) err(1, "FS_IOC_SETFLAGS");
    puts("immutable");
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 3) errx(2, "usage: swap SEED DIRECTORY...");
    if (strcmp(argv[1], "immutable") == 0) return make_immutable(argv[2]);
    if (chdir("/") != 0) err(1, "/");
    signal(SIGTERM, end);
    srand((unsigned)atoi(argv[1]));
    unsigned done = 0;
    while (!has_ended)
        if (swap(argv + 2, (unsigned)argc - 2)) ++done;
    printf("%u\n", done);
    return 0;
}
