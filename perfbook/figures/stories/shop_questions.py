"""Chapter 3, section 1: predictions, checks and quiz questions."""

from perfbook import cartpage, roundtrips, shop
from perfbook.explore import Choice, Number

predict = Choice(
    "predict-n-plus-one",
    kind="predict",
    ask="On your laptop the database runs inside the process. A cart page with three articles of 67 related products each takes "
    "1.5 ms. In production the database is 1 ms away, and just as fast. How long does the same page take there?",
    options={
        "1.5 ms: the database is just as fast": "It is. How many times is it asked, and what does each time cost now?",
        "2.5 ms: one round trip more": "If the page were one statement. It is 1 + 3 · (1 + 67).",
        "About 0.2 s": "Yes: 205 statements, one after the other, a millisecond each. Nothing on the laptop hinted "
        "at it.",
        "About 1 s": "That would be some 1,000 statements. Count them: one for the articles, then for each article "
        "one for the list and 67 for what is on it.",
    },
    right="About 0.2 s",
)

check_guard = Number(
    "check-nplusone-guard",
    ask="How many statements does the list send as it was written?",
    answer=1 + 2 * cartpage.RESTOCK,
    tolerance=1e-6,
    because="One for the list, then one for the category and one for the carts of each of its 40 lines. A test that compares only "
    "the lines can never see the difference.",
)

LAZY = roundtrips.page("lazy", 3, 67).statements

check_budget = Number(
    "check-nplusone-budget",
    ask="How far away may the database be, at most, for the lazy page of three articles to take 187 ms?",
    answer=1000 * (roundtrips.NORMAL / LAZY - 1e-4),
    unit="ms of round trip",
    tolerance=0.01,
    because=f"{LAZY} statements share {1000 * roundtrips.NORMAL:.0f} ms, {1000 * roundtrips.NORMAL / LAZY:.3f} ms each, and "
    "0.1 ms of that is the statement's own work.",
)

check_expected = Number(
    "check-nplusone-expected",
    ask="How many statements does a lazy page send on average, by the laws from which the shop was drawn?",
    answer=1 + shop.MEAN_ITEMS * (1 + shop.expected_related()),
    unit="statements",
    tolerance=0.01,
    because=f"1 + {shop.MEAN_ITEMS} · (1 + {shop.expected_related():.1f}): expectations add, whatever depends on what. It is a "
    "little more than was counted, since a cart may not hold its favourite twice.",
)

quiz_definition = Number(
    "quiz-nplusone-definition",
    kind="quiz",
    ask="A page lists 40 orders, reads the customer of each lazily, and for each customer the country, lazily too. How many "
    "statements does it send, if no two orders share a customer, no two customers a country, and nothing is kept?",
    answer=1 + 40 + 40,
    tolerance=1e-6,
    because="One for the orders, one for each customer, one for each customer's country.",
)

quiz_rows = Number(
    "quiz-nplusone-rows",
    kind="quiz",
    ask="One join brings an article, its 67 related products and its 20 reviews. How many rows does the driver hand over?",
    answer=shop.MOST_RELATED * shop.MOST_REVIEWS,
    tolerance=1e-6,
    because="Each related product comes once for each review: 67 · 20. Two statements bring 67 and 20.",
)

quiz_parallel = Choice(
    "quiz-nplusone-parallel",
    kind="quiz",
    ask="A colleague sends the 205 statements of a lazy page over 16 connections at once. What becomes better?",
    options={
        "The time of the page and the load of the database": "The database still gets 205 statements a page.",
        "The load of the database, and nothing else": "The other way round.",
        "Nothing: they still wait for each other": "Only three groups wait for each other: the articles, the lists, "
        "the products.",
        "The time of the page, and nothing else": "Yes. And each page now holds 16 connections instead of one.",
    },
    right="The time of the page, and nothing else",
)

quiz_index = Choice(
    "quiz-nplusone-index",
    kind="quiz",
    ask="The index on the foreign key of `related` is dropped by mistake. Which of your alarms goes off?",
    options={
        "The test that allows three statements a page": "The number of statements is the same, and so is the page.",
        "The time that a statement takes": "Yes, and then the database's processors. Counting statements finds the "
        "N+1, and reading plans finds the scan; neither finds the other.",
        "The count of rows that are returned": "The same rows are returned. Many more are read to find them.",
    },
    right="The time that a statement takes",
)
