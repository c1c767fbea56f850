#!/usr/bin/env python3
"""A generation breaks a service of the blades. `dim syncit --canary` brings it to one of two running blades, sees that the service does
not answer there, and stops: the other blade keeps its generation, and its service.

With --auto-rollback the canary is back at the generation it had, and well again. A canary that does not go on running stops it, too. When
the master is mended, both blades get the generation, the canary first."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.case import expect, run_case, step
from lib.cluster import IMAGE, JS20, JS21, serve_image, unpack_distribution
from lib.master import put

(CANARY, CANARY_ADDRESS), (OTHER, OTHER_ADDRESS) = ((blade[0], blade[3]) for blade in (JS20, JS21))
PORT = 8080
# What the blades are for: a web server, whose page is what a program of the shared root says.
START = f"#!/bin/sh\nhttpd -p {PORT} -h /var/www\n"
PAGE = "#!/bin/sh\necho 'Content-type: text/plain'\necho\nexec /usr/bin/granite-service\n"
WELL = "#!/bin/sh\necho well, $(cat /usr/share/granite/release), $(cat /etc/granite.conf)\n"
BROKEN = "#!/bin/sh\nexec /usr/lib/granite/not-there\n"
# For --check: gets the blade's name, and asks it as its users would. It notes whom it was asked about.
CHECK = """#!/usr/bin/env python3
import sys, urllib.request
name, = sys.argv[1:]
with open({asked!r}, "a") as asked:
    print(name, file=asked)
page = urllib.request.urlopen("http://%s:{port}/cgi-bin/page" % {addresses!r}[name], timeout=10).read().decode()
if not page.startswith("well"):
    sys.exit("the service says nothing: %r" % page)
"""


class Check:
    def __init__(self, directory):
        self.program = directory / "is-well"
        self._asked = directory / "asked"
        put(self.program, CHECK.format(asked=str(self._asked), port=PORT, addresses={CANARY: CANARY_ADDRESS, OTHER: OTHER_ADDRESS}), 0o755)

    def asked(self):
        """About whom it was asked since the last time."""
        names = self._asked.read_text().split() if self._asked.exists() else []
        self._asked.unlink(missing_ok=True)
        return names

    def is_well(self, blade):
        done = subprocess.run([self.program, blade], capture_output=True, text=True, check=False)
        self.asked()
        return done.returncode == 0


def change_master(root, text, program):
    put(root / "usr/share/granite/release", text + "\n")
    put(root / "etc/granite.conf", text + "\n")
    put(root / "usr/bin/granite-service", program, 0o755)


def make_master(root):
    put(root / "etc/init.d/S90granite", START, 0o755)
    put(root / "var/www/cgi-bin/page", PAGE, 0o755)
    change_master(root, "first", WELL)


class Untouched:
    """The other blade: what it has, and what was said of it, until somebody brings it on."""

    def __init__(self, server, shell):
        self._server = server
        self._shell = shell
        self._was = self._look()

    def _look(self):
        story = [event["text"] for event in self._server.story_of(OTHER)["events"]]
        files = self._shell.check("cat /usr/share/granite/release /etc/granite.conf && ls -i /usr/bin/granite-service /etc/granite.conf && "
                                  "grep -c ' /usr ' /proc/mounts")
        return generations_of(self._server)[OTHER], self._server.status_of(OTHER)["generation"], story, files

    def check(self):
        now = self._look()
        expect(now == self._was, f"{OTHER} was not touched: before {self._was}, now {now}")


def generations_of(server):
    return {image["blade"]: image["generation"] for image in server.query("blade", "list")["blade_images"]}


def check_canary(server, shell, generation, text):
    expect(generations_of(server)[CANARY] == generation, f"the canary's image is of generation {generation}: {generations_of(server)}")
    expect(server.status_of(CANARY)["generation"] == generation, f"it shows that generation: {server.status_of(CANARY)}")
    expect(shell.check("cat /usr/share/granite/release /etc/granite.conf").split() == [text] * 2, f"the canary has '{text}'")


def check_stopped(told, cause, fate):
    code, text = told
    expect(code == 1, f"exit code: {told}")
    for part in (f"stopped after the canary, {fate}, 1 blade not touched", cause):
        expect(part in text, f"'{part}' is told: {text}")


def canary_boots_anew(server, blade):
    """While the command looks whether it goes on running."""
    words = ("sync", "image", IMAGE, "--canary", CANARY, "--settle", "60", "--yes")
    with subprocess.Popen([server.bin / "dim", "--socket", server.socket, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as command:
        for line in command.stdout:
            if line.startswith(CANARY):  # of the table, so it has been brought up to date
                break
        blade.power_off()
        blade.power_on()
        _, told = command.communicate(timeout=60)
        return command.returncode, told


def body(cluster):
    server = cluster.server
    server.start()
    root = unpack_distribution(cluster.directory)
    make_master(root)
    serve_image(server, IMAGE, root, cluster.blades)
    server.dim("image", "set", IMAGE, "--actimeo", 1)
    check = Check(cluster.directory)
    cluster.boot_all()
    blade = cluster.blades[CANARY]
    shell, other_shell = blade.login(), cluster.blades[OTHER].login()
    expect(check.is_well(CANARY) and check.is_well(OTHER), "both serve their page")
    other = Untouched(server, other_shell)
    canary = ("--canary", CANARY, "--check", check.program, "--settle", "1", "--yes")

    step("a generation that breaks the service: the canary has it, and goes back")
    change_master(root, "second", BROKEN)
    told = server.refusal("syncit", IMAGE, *canary, "--auto-rollback")
    check_stopped((told.code, told.message), f"{CANARY} does not pass {check.program}: the service says nothing", "what was brought up to date is back as it was")
    expect(check.asked() == [CANARY], "the program was asked about the canary, once")
    check_canary(server, shell, 1, "first")
    expect(check.is_well(CANARY), "the canary serves its page again")
    story = [event["text"] for event in server.story_of(CANARY)["events"]]
    for part in ("from generation 1 to 2", "from generation 2 to 1"):
        expect(any(part in text for text in story), f"its story has '{part}': {story}")
    other.check()

    step("without --auto-rollback the canary stays as it is, for somebody to look at it")
    told = server.refusal("sync", "image", IMAGE, *canary)
    check_stopped((told.code, told.message), f"{CANARY} does not pass", "what was brought up to date stays so")
    expect(check.asked() == [CANARY], "the program was asked about the canary, once")
    check_canary(server, shell, 2, "second")
    expect(not check.is_well(CANARY) and check.is_well(OTHER), "the service is broken on the canary only")
    other.check()

    step("the master is mended, but the canary boots anew: that is not well either")
    change_master(root, "third", WELL)
    server.dim("image", "update", IMAGE)
    check_stopped(canary_boots_anew(server, blade), f"{CANARY} runs no more", "what was brought up to date stays so")
    server.wait_for_blade(CANARY, "running", generation=3)
    shell = blade.login()
    check_canary(server, shell, 3, "third")
    other.check()

    step("the canary is well, and the other one follows")
    change_master(root, "fourth", WELL)
    server.dim("syncit", IMAGE, *canary)
    expect(check.asked() == [CANARY, OTHER], "the program was asked about each, the canary first")
    check_canary(server, shell, 4, "fourth")
    expect(other_shell.check("cat /usr/share/granite/release /etc/granite.conf").split() == ["fourth"] * 2, "the other blade has it by now")
    expect(check.is_well(CANARY) and check.is_well(OTHER), "both serve their page")
    server.dim("image", "check", IMAGE)


run_case(body)
