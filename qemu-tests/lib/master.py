"""What an administrator changes on a master, or below a blade image's mount point, as package managers do: beside it, then renamed."""
import shutil


def put(file, content, mode=0o644):
    """FILE becomes a new one with the CONTENT, text or bytes; its directory is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    staged = file.with_name(file.name + ".new")
    if isinstance(content, bytes):
        staged.write_bytes(content)
    else:
        staged.write_text(content)
    staged.chmod(mode)
    staged.rename(file)


def edit(file, change):
    """FILE becomes a new one with change(its text), and its mode."""
    put(file, change(file.read_text()), file.stat().st_mode & 0o7777)


def add_lines(root, lines):
    """LINES, a line by path ("etc/passwd"), behind what the files below ROOT have."""
    for path, line in lines.items():
        edit(root / path, lambda text, line=line: text + line + "\n")


def copy_program(source, target):
    """A program by another name, with a file of its own."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
