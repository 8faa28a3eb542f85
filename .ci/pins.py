"""Write the pins of what our requirements need: `make pins`, after a change of a line above the mark.

Each requirements file names what the book itself uses, exactly, above a marking comment. This installs the files one
after the other into an empty environment and writes below each mark what came with them.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import venv

FILES = ("binder/requirements.txt", "requirements-book.txt", "requirements-test.txt")
MARK = "# What those need; `make pins` writes the lines below.\n"
# numba has no wheel for macOS on Intel: the kernels run there as plain Python.
MARKERS = {"llvmlite": 'sys_platform != "darwin" or platform_machine != "x86_64"'}
NOT_PINNED = {"pip"}


def canonical(name) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def above(path) -> str:
    """The part of a requirements file that people write."""
    return pathlib.Path(path).read_text().partition(MARK)[0]


def names(text) -> set[str]:
    """The packages that a requirements file's text names."""
    return {canonical(m[1]) for m in re.finditer(r"^([\w.-]+)==", text, re.MULTILINE)}


def frozen(python) -> dict[str, str]:
    """What is installed: {canonical name: version}."""
    lines = subprocess.run([python, "-m", "pip", "freeze", "--all"], check=True, capture_output=True, text=True).stdout
    return {canonical(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)$", lines, re.MULTILINE)}


def main() -> None:
    pinned = set(NOT_PINNED)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True, upgrade_deps=True)
        python = str(pathlib.Path(folder, "bin", "python"))
        for path in FILES:
            direct = above(path)
            wanted = pathlib.Path(folder, "wanted.txt")
            wanted.write_text(re.sub(r"^-r .*$", "", direct, flags=re.MULTILINE))
            print(f"{path}: installing", flush=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", str(wanted)], check=True)
            pinned |= names(direct)
            found = {n: v for n, v in frozen(python).items() if n not in pinned}
            pinned |= set(found)
            lines = [f"{n}=={v}" + (f" ; {MARKERS[n]}" if n in MARKERS else "") for n, v in sorted(found.items())]
            pathlib.Path(path).write_text(direct + MARK + "".join(f"{line}\n" for line in lines))
            print(f"{path}: {len(lines)} pins below the mark", flush=True)


if __name__ == "__main__":
    sys.exit(main())
