"""The episode's repaired surge price, rebuilt from our list of its faults, and a repair of the repair.

The text of the episode's code is not ours; what is here does what our audit says of it (rows 136 to 138): a value with a
version behind a colon, a script that compares and sets, five tries with pauses of 0.1 s, 0.2 s and so on.

Explained in chapter 3, section 5.
"""

import math
import random
import time

from . import checks, jitter
from .keyrace import CAS

SCRIPT = """
local current = redis.call('get', KEYS[1])
if current == ARGV[1] then
  redis.call('set', KEYS[1], ARGV[2])
  return 1
else
  return 0
end
"""

TRIES, FIRST = 5, 0.1  # attempts, and the first pause in seconds


def update_surge(client, key, demand, supply, missing=None, sleep=time.sleep, before_write=None) -> bool:
    """The episode's update: whether one of five tries was written.

    client : of redis-py;  demand, supply : read by the caller, once
    missing : what is passed for a key that is not there, None as in the episode, or another text
    sleep : called with the pause after each try that failed, the last one too
    before_write : called between read and write, for whoever wants to be in the way there
    Raises redis.DataError for a key that is not there (redis-py has no None), ValueError for a value that has no version.
    Explained in chapter 3, section 5.
    """
    price = min(math.sqrt(demand / supply), 5.0)
    for attempt in range(TRIES):
        current = client.get(key)
        _, version = current.split(":") if current else (None, "0")
        if before_write:
            before_write(attempt)
        if client.eval(SCRIPT, 1, key, missing if current is None else current, f"{price}:{int(version) + 1}"):
            return True
        sleep(FIRST * 2**attempt)
    return False


def update_price(client, key, rule, market, tries=8, base=0.002, cap=0.25, sleep=time.sleep, draw=None) -> bool:
    """The same with its faults mended: whether one of the tries was written.

    rule : of (old price, demand, supply) to the new price; a missing key counts as 1.0
    market : called before each try for (demand, supply), so that a retry decides by what is true now
    base, cap : of the full jitter between tries, seconds; nobody sleeps after the last;  draw : a ``random.Random``
    Raises ValueError for arguments out of range. Explained in chapter 3, section 5.
    """
    tries = checks.whole("tries", tries, 1)
    draw = draw or random.Random()
    for attempt in range(tries):
        if attempt:
            sleep(jitter.pause("full", attempt - 1, base, cap, base, draw))
        current = client.get(key) or ""
        price, version = current.split(":") if current else ("1.0", "0")
        new = rule(float(price), *market())
        if client.eval(CAS, 1, key, current, f"{new}:{int(version) + 1}"):
            return True
    return False


def pauses(tries=TRIES, first=FIRST, after_last=True):
    """The episode's pauses if every try fails, in seconds, as a list.

    after_last : whether it sleeps after the last try too, as it does. Raises ValueError for tries below 1.
    Explained in chapter 3, section 5.
    """
    tries = checks.whole("tries", tries, 1)
    return [first * 2**attempt for attempt in range(tries if after_last else tries - 1)]
