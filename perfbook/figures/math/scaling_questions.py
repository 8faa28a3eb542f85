"""Chapter 1, sections 2 and 3: guesses, challenges, checks and quiz on scaling."""

from perfbook import datasets, fitting, laws
from perfbook.explore import Challenge, Choice, Number

from . import scaling  # noqa: F401  (challenges name its explorables)

usl_32 = Challenge(
    "usl-32",
    of="usl",
    ask="Leave α at 0.03. Find the β at which throughput peaks at 32 nodes.",
    goal={"peak[0]": (31.5, 32.5), "alpha": (0.0295, 0.0305)},
    solution={"beta": 0.00095},
    hint="The peak is at √((1 − α)/β), so β is (1 − α)/32².",
)

usl_by_eye = Challenge(
    "usl-by-eye",
    of="usl",
    ask="With the fit hidden, bring your curve within 3% of the best residual on the ray tracer.",
    goal={"score[2]": (0, 1.03)},
    solution={"alpha": 0.058, "beta": 0, "gamma": 1.095},
    hint="γ need not be what was measured at one node: one measurement has an error like the others.",
)

usl_two_truths = Challenge(
    "usl-two-truths",
    of="usl",
    ask="Now make the ray tracer peak before 100 nodes, and keep your residual within 1.25 times the best.",
    goal={"score[2]": (0, 1.25), "peak[0]": (1, 100)},
    solution={"alpha": 0.048, "beta": 0.0001, "gamma": 1.025},
    hint="Raise β to 0.0001, then take α and γ down a little to make up for it.",
)

amdahl_100 = Challenge(
    "amdahl-100",
    of="amdahl",
    ask="You want 100 times on 1,000 nodes, for one fixed job. What is the largest serial part that you can afford?",
    goal={"here[0]": (1000, 1000), "here[1]": (100, 101)},
    solution={"serial": 0.009},
    hint="1/s is the ceiling; at a finite number of nodes you need to be below it.",
)

predict_double = Choice(
    "predict-double",
    ask="α = 0.03 and β = 0.0001. 64 nodes do 19.4 times the work of one. You buy 64 more. What do 128 do?",
    options={
        "About 39 times": "That is linear scaling. At 64 nodes each one already does less than a third of its share.",
        "About 27 times": "That is what contention alone would leave. At 128 nodes β adds 1.6 to the 3.8 that α adds.",
        "About 20 times": "Half a node more for 64 nodes' money. And the best was passed on the way: it is at 98.",
        "Less than 19.4 times": "Close: it is falling by then. It has not yet fallen below what 64 do.",
    },
    right="About 20 times",
)

predict_ray_tracer = Choice(
    "predict-ray-tracer",
    ask="Eleven measurements of a ray tracer, from 1 to 64 processors, each larger than the one before. "
    "What do they tell about the number of processors at which it peaks?",
    options={
        "It can be read off a fit, within a few percent": "A fit gives three numbers whatever you feed it. Ask for the errors.",
        "There is no peak: throughput only rises": "So it does up to 64. β = 0 fits best, and so do larger β nearly.",
        "Almost nothing, but that it is not below about 80": "The β that fit about as well run from 0 to a peak in the eighties.",
        "It peaks at 449": "One estimator says so, to three digits. Its own error bar holds everything from 80 to never.",
    },
    right="Almost nothing, but that it is not below about 80",
)

predict_amdahl = Choice(
    "predict-amdahl",
    ask="5% of a job is serial. On 10 nodes it runs 6.9 times as fast. And on 10,000?",
    options={
        "About 6,900 times": "That is the slope of the first ten nodes, drawn on. The serial 5% takes as long as it ever did.",
        "About 500 times": "5% of 10,000 nodes. The law divides: 1/0.05 is the most there is.",
        "About 20 times": "1/s is the ceiling, and 10,000 nodes are there.",
        "About 9,500 times": "That is Gustafson's: more work in the same time. Here the job is the same.",
    },
    right="About 20 times",
)

_cisco = datasets.load("cisco")
_half = fitting.fit_usl(_cisco.nodes[:16], _cisco.throughput[:16])
_whole = fitting.fit_usl(_cisco.nodes, _cisco.throughput)
_forecast = float(_half.throughput(32))
_low, _high = (float(end) for end in _half.band(32))
_wanted = 12_201.0
_without_beta = _wanted * (1 - _whole.alpha) / (_whole.gamma - _whole.alpha * _wanted)

usl_half = Number(
    "usl-half",
    ask="Fit the first 16 Cisco measurements. What throughput does that fit forecast for 32 workers?",
    answer=_forecast,
    unit="requests/s",
    tolerance=0.01,
    because=f"Forecast {_forecast:,.0f}, 95% band {_low:,.0f} to {_high:,.0f}, verdict “{_half.verdict}”. Measured: "
    f"{_cisco.throughput[31]:,.0f}. The band is for a system that keeps the law, and nobody had asked this one.",
)

usl_inverse = Number(
    "usl-inverse",
    ask=f"By the fit to all 32 Cisco measurements, how many workers give {_wanted:,.0f} requests/s on the way up?",
    answer=laws.usl_nodes_for_throughput(_wanted, _whole.alpha, _whole.beta, _whole.gamma)[0],
    unit="workers",
    tolerance=0.005,
    because=f"The formula that leaves β out says {_without_beta:.2f}; put back into the law that gives "
    f"{laws.usl(_without_beta, _whole.alpha, _whole.beta, _whole.gamma):,.0f} requests/s.",
)

karp_flatt = Choice(
    "karp-flatt",
    kind="check",
    ask="For which of the two systems does the measured serial part go on growing with N, and what does that mean?",
    options={
        "SDM91: something that grows with N is paid there, coherency for instance": "Yes. The ray tracer's levels off at about "
        "0.05 from 20 processors on: contention is enough to explain it, which is why its β cannot be told from 0.",
        "The ray tracer: it starts lower": "It rises while N is small, where a small error in X/X(1) is a large one in s, and "
        "then stays level.",
        "Both alike: Amdahl holds": "If Amdahl's law held, s would be the same at every N.",
    },
    right="SDM91: something that grows with N is paid there, coherency for instance",
)

quiz_beta = Choice(
    "quiz-usl-beta",
    kind="quiz",
    ask="A fit to your load test says β = 0.0002 ± 0.0003. What do you tell the person who buys the machines?",
    options={
        "It peaks at about 70 nodes": "At α = 0 that is what 0.0002 gives; 0 gives no peak, and 0.0008 one at 35.",
        "It has no peak, for β is not significant": "That it cannot be told from 0 does not make it 0.",
        "Where it peaks is not known from this test; measure at more nodes": "Yes: measure where β would show.",
    },
    right="Where it peaks is not known from this test; measure at more nodes",
)

quiz_distance = Choice(
    "quiz-usl-distance",
    kind="quiz",
    ask="You move half of the replicas to another continent. What changes in the universal scalability law?",
    options={
        "N(N − 1) grows": "It counts ordered pairs of nodes, wherever they stand.",
        "β, and you find out by measuring again": "Yes. What one node spends on another is a cost of this deployment.",
        "Nothing: β is the speed of light": "β has no unit. Light sets a floor for one exchange; how often you exchange is yours.",
    },
    right="β, and you find out by measuring again",
)

quiz_held = Choice(
    "quiz-amdahl-held",
    kind="quiz",
    ask="Your nightly batch must be done by six o'clock, and there is more of it each month. Whose speedup asks your question?",
    options={
        "Amdahl's": "His job does not grow: he asks how much sooner the same batch would be done.",
        "Gustafson's": "Yes: the time is held, and the work that fits into it grows with the nodes.",
        "The USL's with β = 0": "That is Amdahl's law for throughput, with the mix of work held.",
    },
    right="Gustafson's",
)
