"""The Chromium that the tests use: an installed one, or Debian's package. `python -m tests.book.chromium` gets it."""

import os
import pathlib
import shutil
import subprocess
import sys

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find() -> str | None:
    """The path of a Chromium or Chrome: $PERFBOOK_CHROMIUM, one on the PATH, or None."""
    named = os.environ.get("PERFBOOK_CHROMIUM")
    if named:
        return named
    found = next((path for command in COMMANDS if (path := shutil.which(command))), None)
    return found or next((path for path in MAC if pathlib.Path(path).exists()), None)


def install() -> None:
    """Install Debian's Chromium with apt-get, as root or with a sudo that asks nothing."""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run([*root, "apt-get", *command], check=True, stdin=subprocess.DEVNULL, env=environment)


def main() -> int:
    if not find() and shutil.which("apt-get") and (os.geteuid() == 0 or shutil.which("sudo")):
        print("No Chromium here; installing Debian's package.", flush=True)
        try:
            install()
        except subprocess.CalledProcessError as error:
            print(f"That failed: {error}", file=sys.stderr)
    path = find()
    if not path:
        print(
            "The tests of the built book need Chromium or Chrome. Install one, or name one: PERFBOOK_CHROMIUM=<path>",
            file=sys.stderr,
        )
        return 1
    print(f"Chromium: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
