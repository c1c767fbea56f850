"""A tree of many small files that looks like a distribution to DIM, for measuring programs that make images of one."""
import time

FILES_OF_DIRECTORY = 20


def make_tree(root, files):
    for name in ("sbin", "etc", "usr/lib"):
        (root / name).mkdir(parents=True)
    init = root / "sbin/init"
    init.write_text("#!/bin/sh\n")
    init.chmod(0o755)
    for number in range(files):
        directory = root / f"usr/lib/{number // FILES_OF_DIRECTORY}"
        if number % FILES_OF_DIRECTORY == 0:
            directory.mkdir()
        (directory / str(number)).write_bytes(number.to_bytes(4, "big") * 500)


def change(root, files, changed, number):
    for i in range(changed):
        file = (i * 7919 + number * 104729) % files
        path = root / f"usr/lib/{file // FILES_OF_DIRECTORY}/{file}"
        staged = path.with_name("staged")
        staged.write_text(f"change {number}\n")
        staged.rename(path)


def seconds_of(run):
    begun = time.monotonic()
    run()
    return time.monotonic() - begun
