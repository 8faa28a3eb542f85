"""Chapter 3, section 5: predictions, checks and quiz questions."""

from perfbook import contention, episodecas
from perfbook.explore import Choice, Number

together = contention.simulate("GET, SET", 50, each=20, spread=0.0)
ten, fifty = (contention.simulate("compare-and-swap", clients) for clients in (10, 50))

predict_lost = Choice(
    "predict-cas-lost",
    kind="predict",
    ask="Fifty clients each add 1 to one key twenty times: GET, add, SET. The server answers OK to all 1,000 SETs. What does the "
    "key say in the end?",
    options={
        "Less than 500": "Yes, far less. If all fifty read before any of them writes, a round of fifty adds 1, and "
        f"twenty rounds leave {together.effect}.",
        "A little less than 1,000": "That would need an update to be alone most of the time. Fifty clients that "
        "never rest are never alone.",
        "1,000: the server does one command at a time": "It does. An addition is two commands here, and the other 49 "
        "come between them.",
    },
    right="Less than 500",
)

predict_rate = Choice(
    "predict-cas-rate",
    kind="predict",
    ask="Clients on one key use compare-and-swap and try again at once when they are refused. A round trip is 1 ms, the server "
    "takes 20 µs a command. You go from 10 clients to 50. What happens to the updates a second?",
    options={
        "They fall to about a fifth": "Each update takes more attempts. But attempts that fail do not hold up the "
        "one that succeeds, as long as the server has time for them.",
        "They stay about the same": f"Yes: {ten.rate:,.0f} and {fifty.rate:,.0f} a second in a table further down. "
        f"What grows is the number of attempts for each, from {ten.attempts_each:.1f} to {fifty.attempts_each:.1f}, "
        "and with it the load of the server.",
        "They grow fivefold": "Only where the clients seldom meet. Here one update at most gets through in a round "
        "trip.",
    },
    right="They stay about the same",
)

check_rounds = Number(
    "check-cas-rounds",
    ask="How many attempts do the 50 clients make in all?",
    answer=contention.rounds(50)[0],
    unit="attempts",
    tolerance=1e-6,
    because="50 in the first round, 49 in the second, and so on: n(n + 1)/2. Twice the clients are four times the attempts.",
)

check_script = Number(
    "check-redis-script",
    ask="A price of 1.0 goes half the way to 3.0, ten times. Where is it after the tenth client?",
    answer=3 - 2 * 0.5**10,
    tolerance=1e-5,
    because="Each client halves what is left of the way, so 2·0.5ⁿ is left after n of them, in whatever order they come. If you "
    "got 2, your script returned a Lua number: the server cuts it to a whole one. Return its text.",
)

check_pauses = Number(
    "check-cas-pauses",
    ask="What is the mean of the time slept, in seconds?",
    answer=sum(episodecas.pauses(after_last=False)) / 2,
    unit="s",
    tolerance=1e-3,
    because="Four pauses are left, 1.5 s at most, and a uniform number has half of its limit on average.",
)

quiz_false = Choice(
    "quiz-redis-false",
    kind="quiz",
    ask="A script begins with `if redis.call('get', KEYS[1]) == ARGV[1]`. The key is not there, and the client passes an empty "
    "string. What is compared?",
    options={
        "An empty string with an empty string: equal": "A missing key is not an empty string, to the server as to "
        "the script.",
        "nil with an empty string: the script fails": "A comparison by == never fails in Lua, and what is compared "
        "is not nil.",
        "false with an empty string: never equal": "Yes. The server's null becomes Lua's false, so the "
        "first write needs a case of its own.",
    },
    right="false with an empty string: never equal",
)

quiz_fence = Choice(
    "quiz-redis-fence",
    kind="quiz",
    ask="A holder with number 33 has read the value and pauses past its lease. A new holder, 34, has read it too and is still "
    "computing. Now the write of 33 arrives. The store refuses a number below the highest that it has seen in a write. Then?",
    options={
        "33 is written, and 34's write buries it": "Yes: both are acknowledged and one is lost. Reads must carry the number "
        "too, or the write must compare a version.",
        "33 is written, and 34's write is refused": "34 is the higher number. It passes.",
        "33 is refused, since 34 holds the lock": "The store does not know that: 34 has not written yet.",
    },
    right="33 is written, and 34's write buries it",
)

quiz_retry = Choice(
    "quiz-redis-retry",
    kind="quiz",
    ask="Others count on the same key. Your client sends INCR, waits for its timeout without an answer, and sends INCR again, which is "
    "answered. How much have your two commands added?",
    options={
        "1: the server does each command atomically": "Each of the two. It cannot know that they were meant to be one.",
        "2: the server has done both commands": "Or the first was lost on its way to the server.",
        "1 or 2, and you cannot tell which": "Yes. Atomic is not idempotent. What must count once needs an identity that the "
        "server can recognise, checked and stored in the same step.",
    },
    right="1 or 2, and you cannot tell which",
)

quiz_full = Number(
    "quiz-cas-full",
    kind="quiz",
    ask="Compare-and-swap without pauses, a round trip of 2 ms, 3 ms to compute, 50 µs of the server a command. How many clients on "
    "this key fill the server?",
    answer=contention.clients_that_fill(2e-3, 3e-3, 50e-6),
    unit="clients",
    tolerance=0.03,
    because="An attempt takes two round trips, the computing and two commands, 7.1 ms, and 0.1 ms of it is the server's.",
)
