#!/usr/bin/env python3
"""The root of a blade that runs turns against syncs: while one generation after the other comes, it puts links to the server's files, FIFOs,
devices and other files in the place of what is changed, and fills its image.

After each sync nothing outside of its own image is another than before: neither /etc of the server, nor a directory with files by the names
that are changed, nor the other blade's image but for what the generation brought. That blade gets each generation, the hostile one gets it
or is told not to have it, and the daemon goes on. When the attacks are over, the blade can be brought up to date again."""
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21, serve_image, unpack_distribution
from lib.master import add_lines, put
from lib.relay import build_for_blade

HOSTILE, OTHER = JS20[0], JS21[0]
CHANGED = ("etc/app/a", "etc/app/b", "etc/motd", "var/lib/app/db")
COMES = tuple(f"srv/comes/{name}" for name in ("1", "inner/1"))  # with every other generation
LARGE = "srv/large"  # so that an image that is full has no room for a generation
NEWS = "usr/share/news"
SMALL = 1 << 17  # bytes; LARGE has four times as much
MEANT = {*CHANGED, *COMES, LARGE, "etc/passwd"}  # to change in blade images
PRECIOUS = "a file of the blade"
OWN_LOGS = ("var/log", "var/run", "root")  # what a blade that runs writes
FILL = "dd if=/dev/zero bs=64k of=/srv/fill"


def change_master(root, number):
    for path in (*CHANGED, NEWS):
        put(root / path, f"{number}\n")
    put(root / LARGE, f"{number}\n" * (1 << 18))
    add_lines(root, {"etc/passwd": f"user{number}:x:{2000 + number}:100::/home/user{number}:/bin/false"})
    if number % 2 == 0:
        for path in COMES:
            put(root / path, f"{number}\n")
    elif number > 1:
        shutil.rmtree(root / "srv/comes")


def contents(directory):
    """Everything that can be told of what is in it, by path."""
    found = {}
    for path in sorted(directory.rglob("*")):
        status = path.lstat()
        what = path.readlink() if path.is_symlink() else path.read_bytes() if stat.S_ISREG(status.st_mode) else None
        found[str(path.relative_to(directory))] = (what, status.st_ino, status.st_mode, status.st_nlink, status.st_uid, status.st_gid,
                                                   status.st_rdev, status.st_mtime_ns, status.st_ctime_ns)
    return found


def names_of(before, after):
    """Of paths that differ."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def replace_etc(directory):
    """The server's /etc is one of its own from here on, in this sandbox: it is a bait, too."""
    own = directory / "etc"
    subprocess.run(["cp", "-a", "/etc", own], check=True)
    subprocess.run(["mount", "--bind", own, "/etc"], check=True)


class Outside:
    """What the hostile blade must not change: files of the server, and the image of the other blade."""

    def __init__(self, server):
        self._mine = self._others = None
        self.bait = server.directory / "bait"
        self.other = server.blade_root(OTHER, IMAGE)

    @property
    def directories(self):
        """Where links are to lead to."""
        return "/", self.bait, self.other

    def prepare(self):
        """The bait is what a blade image has that nobody changed, so that whoever followed a link there would change it."""
        shutil.rmtree(self.bait, ignore_errors=True)
        for path in [path for path in MEANT if (self.other / path).exists()]:
            (self.bait / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.other / path, self.bait / path)
        self._mine = {directory: contents(directory) for directory in (self.bait, pathlib.Path("/etc"))}
        self._others = contents(self.other)

    def check(self, number):
        """Generation NUMBER came since it was prepared."""
        for directory, before in self._mine.items():
            changed = names_of(before, contents(directory))
            expect(not changed, f"{directory} was changed: {changed}")
        changed = {path for path in names_of(self._others, contents(self.other)) if not path.startswith(OWN_LOGS)}
        directories = {str(parent) for path in MEANT for parent in pathlib.PurePath(path).parents}
        expect(changed - directories <= MEANT, f"in the image of {OTHER} no more was changed than was meant: {changed - directories}")
        for path in CHANGED:
            expect((self.other / path).read_text() == f"{number}\n", f"{OTHER} has /{path} of generation {number}")


class Attacker:
    """The root of the hostile blade."""

    def __init__(self, server, shell, directories):
        self._server = server
        self._shell = shell
        self._directories = directories
        build_for_blade(pathlib.Path(__file__).with_name("swap.c"), server.blade_root(HOSTILE, IMAGE) / "root/swap")
        shell.check(f"cp /root/swap /run/swap && echo '{PRECIOUS}' >/root/precious")

    def make_immutable(self):
        """Which it cannot, with a file system that the server keeps; root tests of the server do it there."""
        status, output = self._shell.run("/run/swap immutable /etc/motd")
        expect(status != 0 and "FS_IOC_SETFLAGS" in output, f"an NFS client makes nothing immutable: {output}")

    def begin(self, name, command):
        self._shell.check(f"({command} >/run/{name}.log 2>&1 & echo $! >/run/{name}.pid)")

    def end(self, name):
        """What it printed."""
        return self._shell.check(f"pid=$(cat /run/{name}.pid); kill $pid; while kill -0 $pid 2>/dev/null; do usleep 10000; done; cat /run/{name}.log")

    def swap(self, seed):
        self.begin("swap", f"/run/swap {seed} {' '.join(map(str, self._directories))}")

    def end_swap(self):
        times = int(self.end("swap"))
        expect(times > 0, "it swapped something")  # how often is up to the machine
        expect(self._shell.check("cat /root/precious") == PRECIOUS, "no file of the blade was written to by another name")

    def plant_links(self):
        """Links to files of the server, which stay."""
        bait = self._directories[1]
        self._shell.check(f"rm -rf /etc/app /var/lib/app /srv/comes && ln -s {bait}/etc/app /etc/app && ln -s ../../../../../../../../../..{bait}/var/lib/app "
                          f"/var/lib/app && ln -s {bait}/srv/comes /srv/comes && ln -sf {bait}/etc/motd /etc/motd && sync")

    def plant_others(self):
        """A FIFO, a device, a file that has another name, and one that is larger than all disks."""
        self._shell.check("rm -rf /etc/app /var/lib/app /srv/comes /etc/motd; mkdir -p /var/lib/app /srv/comes/inner && mkfifo /etc/app && "
                          "mknod /etc/motd c 1 5 && ln /root/precious /var/lib/app/db && ln /root/precious /srv/comes/1 && "
                          "truncate -s 1000000000000 /srv/comes/inner/1 && sync")

    def fill(self):
        """Until there is no room for LARGE: of the writes that are on their way at a time, others may still fit after one that did not."""
        free = []
        while not free or free[-1] > SMALL:
            expect(len(free) < 10, f"its image gets full: these bytes stayed free: {free}")
            status, output = self._shell.run(f"{FILL}{len(free)} conv=fsync", timeout=60)
            expect(status != 0 and "No space left" in output, f"its image is full: {output}")
            room = os.statvfs(self._server.blade_root(HOSTILE, IMAGE))
            free.append(room.f_bavail * room.f_frsize)

    def fill_again_and_again(self):
        self.begin("fill", f"sh -c 'trap exit TERM; while :; do rm -f /srv/fill*; {FILL}; done'")

    def tidy_up(self):
        self._shell.check("rm -rf /srv/fill* /aside /etc/app /var/lib/app /srv/comes /etc/motd && mkdir /etc/app /var/lib/app && sync", 60)


def sync(server, *words):
    """What became of each blade; the exit code says it, too."""
    done = subprocess.run([server.bin / "dim", "--socket", server.socket, "--json", "syncit", IMAGE, "--yes", *words], capture_output=True, text=True,
                          timeout=120, stdin=subprocess.DEVNULL, check=False)
    expect(done.stdout, f"there is a report: {done.stderr}")
    outcomes = {blade: outcome for outcome in json.loads(done.stdout)["outcomes"] for blade in outcome["blades"]}
    expect(set(outcomes) == {HOSTILE, OTHER}, f"{outcomes}")
    has_failed = any("problem" in outcome for outcome in outcomes.values())
    expect(done.returncode == (1 if has_failed else 0), f"exit code {done.returncode} of {outcomes}")
    return outcomes


def is_told(outcome):
    """It was done, or why not is told."""
    return outcome["state"] == "synced" or (outcome["state"] == "failed" and outcome["problem"]["detail"])


class Case:
    def __init__(self, cluster):
        self._server = cluster.server
        self._root = unpack_distribution(cluster.directory)
        self._number = 1
        change_master(self._root, 1)
        serve_image(self._server, IMAGE, self._root, cluster.blades)
        self._server.dim("image", "set", IMAGE, "--actimeo", 1)
        cluster.boot_all()
        shell, self._shell = (cluster.blades[name].login() for name in (HOSTILE, OTHER))
        self.outside = Outside(self._server)
        self.attacker = Attacker(self._server, shell, self.outside.directories)

    def sync(self, *words):
        """The next generation; what became of the hostile blade."""
        self._number += 1
        change_master(self._root, self._number)
        self.outside.prepare()
        daemon = self._server.process_id
        outcomes = sync(self._server, *words)
        expect(self._server.is_running and self._server.process_id == daemon, "the daemon lives")
        other, hostile = outcomes[OTHER], outcomes[HOSTILE]
        expect((other["state"], other["conflict_count"]) == ("synced", 0), f"{OTHER} gets it: {other}")
        seen = self._shell.check(f"cat {' '.join('/' + path for path in (*CHANGED, NEWS))}").split()
        expect(seen == [str(self._number)] * 5, f"{OTHER} sees generation {self._number}: {seen}")
        self.outside.check(self._number)
        expect(is_told(hostile), f"{HOSTILE}: {hostile}")
        step(f"  {HOSTILE}: {hostile['state']}, {hostile['conflict_count']} conflicts {hostile.get('problem', {}).get('detail', '')}")
        return hostile


def body(cluster):
    cluster.server.start()
    replace_etc(cluster.directory)
    case = Case(cluster)
    attacker = case.attacker
    attacker.make_immutable()

    step("names are swapped while generations come")
    attacker.swap(seed=1)
    for _ in range(2):
        case.sync()
    attacker.end_swap()

    for plant in (attacker.plant_links, attacker.plant_others):
        step(plant.__doc__)
        attacker.tidy_up()
        plant()
        hostile = case.sync()
        expect(hostile["state"] == "synced" and hostile["conflict_count"], f"what stands in the way is told, and stays: {hostile}")

    step("its image is full")
    attacker.tidy_up()
    attacker.fill()
    hostile = case.sync()
    expect(hostile["state"] == "failed" and "resize" in hostile["problem"]["cure"], f"without room nothing is begun: {hostile}")

    step("names are swapped, and its image is full every now and then")
    attacker.fill_again_and_again()
    attacker.swap(7)
    case.sync()
    attacker.end_swap()
    attacker.end("fill")

    step("the attacks are over")
    attacker.tidy_up()
    hostile = case.sync("--overwrite")
    expect(hostile["state"] == "synced", f"it is brought up to date again: {hostile}")
    cluster.server.dim("image", "check", IMAGE)


run_case(body, stands_back=False)
