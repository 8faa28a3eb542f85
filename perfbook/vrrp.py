"""The virtual router redundancy protocol as a state machine with an answer to every event in every state.

One router holds an address and says so in every interval; the others listen, and after three intervals of silence and a
little more, by their priority, one of them takes over.

Sources: RFC 3768 (version 2), RFC 5798 and RFC 9568 (version 3), sections 6.1 to 6.4. Explained in chapter 2, section 4.
"""

from .checks import number, one_of, whole
from .kernel import kernel

INITIALIZE, BACKUP, MASTER = range(3)
STATES = ("initialize", "backup", "master")

STARTUP, SHUTDOWN, HEARD_ZERO, HEARD_LOWER, HEARD_SMALLER, HEARD_GREATER, HEARD_HIGHER, MASTER_DOWN, ADVERTISE = range(
    9
)
EVENTS = (
    "startup",
    "shutdown",
    "heard priority 0",
    "heard a lower priority",
    "heard an equal priority from a smaller address",
    "heard an equal priority from a greater address",
    "heard a higher priority",
    "master-down timer",
    "advertisement timer",
)

# What a router does on its way to the next state, as bits. The address is bound before it is announced.
SEND, SEND_ZERO, BIND, ANNOUNCE, RELEASE, WAIT_DOWN, WAIT_SKEW, WAIT_ADVERTISE, STOP = (1 << bit for bit in range(9))
ACTIONS = {
    BIND: "bind the address",
    SEND: "advertise",
    SEND_ZERO: "advertise priority 0",
    ANNOUNCE: "announce it (gratuitous ARP)",
    RELEASE: "release the address",
    WAIT_DOWN: "master-down timer to 3 intervals and the skew",
    WAIT_SKEW: "master-down timer to the skew",
    WAIT_ADVERTISE: "advertisement timer to one interval",
    STOP: "stop the timers",
}
OWNER = 255


@kernel
def vrrp_step(state: int, event: int, owner: int, preempt: int, version: int) -> int:
    """One step of one router: the next state plus 4 × the actions. Every event has an answer in every state.

    owner : 1 if its priority is 255: it is master from its start;  preempt : 1 if it takes over from a lower priority
    version : 2 or 3; in 3 a master answers a lower priority at once (RFC 9568)
    """
    take = SEND | BIND | ANNOUNCE | WAIT_ADVERTISE
    following = state
    actions = 0
    if state == INITIALIZE:
        if event == STARTUP and owner == 1:
            following = MASTER
            actions = take
        elif event == STARTUP:
            following = BACKUP
            actions = WAIT_DOWN
    elif state == BACKUP:
        if event == SHUTDOWN:
            following = INITIALIZE
            actions = STOP
        elif event == MASTER_DOWN:
            following = MASTER
            actions = take
        elif event == HEARD_ZERO:
            actions = WAIT_SKEW
        elif event == HEARD_LOWER:
            if preempt == 0 and owner == 0:
                actions = WAIT_DOWN
        elif HEARD_SMALLER <= event <= HEARD_HIGHER:
            actions = WAIT_DOWN
    elif event == SHUTDOWN:
        following = INITIALIZE
        actions = SEND_ZERO | RELEASE | STOP
    elif event in (ADVERTISE, HEARD_ZERO):
        actions = SEND | WAIT_ADVERTISE
    elif event in (HEARD_HIGHER, HEARD_GREATER):
        following = BACKUP
        actions = RELEASE | WAIT_DOWN
    elif event in (HEARD_LOWER, HEARD_SMALLER) and version == 3:
        actions = SEND
    return following + 4 * actions


@kernel
def heard(own: int, own_address: int, priority: int, address: int) -> int:
    """Which event an advertisement of ``priority`` from ``address`` is to a router of priority ``own``."""
    if priority == 0:
        return HEARD_ZERO
    if priority > own:
        return HEARD_HIGHER
    if priority < own:
        return HEARD_LOWER
    if address > own_address:
        return HEARD_GREATER
    return HEARD_SMALLER


@kernel
def skew_time(priority: int, interval: float, version: int) -> float:
    """What a router waits beyond three intervals, seconds: less for a higher priority; in version 3 also by interval."""
    skew = (256 - priority) / 256.0
    if version == 3:
        return skew * interval
    return skew


@kernel
def down_time(priority: int, interval: float, version: int) -> float:
    """Silence after which a router takes over, seconds."""
    return 3.0 * interval + skew_time(priority, interval, version)


def step(state, event, owner=False, preempt=True, version=3):
    """What a router in ``state`` does on ``event``: the next state, and its actions in order, as words.

    state : one of `STATES`;  event : one of `EVENTS`
    owner : its priority is 255;  preempt : it takes over from a lower priority;  version : 2 or 3
    Raises ValueError for other words. Explained in chapter 2, section 4.
    """
    one_of("state", state, STATES)
    one_of("event", event, EVENTS)
    one_of("version", version, (2, 3))
    code = vrrp_step(STATES.index(state), EVENTS.index(event), int(owner), int(preempt), version)
    return STATES[code % 4], [text for bit, text in ACTIONS.items() if code // 4 & bit]


def skew(priority, interval=1.0, version=3) -> float:
    """Skew time in seconds: (256 − priority)/256, in version 3 times the interval.

    priority : 1 to 255;  interval : seconds between advertisements;  version : 2 or 3
    Raises ValueError outside. Explained in chapter 2, section 4.
    """
    one_of("version", version, (2, 3))
    return skew_time(whole("priority", priority, 1, OWNER), number("interval", interval, 1e-3), version)


def master_down(priority, interval=1.0, version=3) -> float:
    """Master-down interval in seconds: three intervals and the skew. Raises ValueError as `skew` does.

    Explained in chapter 2, section 4.
    """
    return 3 * float(interval) + skew(priority, interval, version)
