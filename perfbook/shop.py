"""A shop in SQLite: a catalogue and carts from a seed, and a connection that counts what the driver executes.

Statements are counted by SQLite's own trace, once for each that begins to run, and rows by the driver's row factory,
once for each that it hands over. No code that asks is trusted to count itself.

Explained in chapter 3, section 1.
"""

import contextlib
import dataclasses
import re
import sqlite3
import time

import numpy as np

from . import checks, lab
from .popularity import power_sum
from .rng import zipf_table

PRODUCTS, CARTS = 100_000, 20_000
BUILDS_IN = 2.0  # seconds, of the progress bar
MEAN_ITEMS = 3.2  # articles a cart, the episode's
MOST_RELATED = 67  # related products of the best seller, the episode's number for every product
MOST_REVIEWS = 20
FADES = -0.3  # power of the sales rank by which a product has fewer of both
POPULARITY = 0.9  # exponent of Zipf's law by which carts are filled

SCHEMA = """
CREATE TABLE categories (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE products (
    id INTEGER PRIMARY KEY, category_id INTEGER NOT NULL REFERENCES categories (id), name TEXT NOT NULL,
    cents INTEGER NOT NULL CHECK (cents > 0), stock INTEGER NOT NULL, sales_rank INTEGER NOT NULL);
CREATE TABLE related (
    product_id INTEGER NOT NULL REFERENCES products (id), place INTEGER NOT NULL,
    related_id INTEGER NOT NULL REFERENCES products (id));
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL REFERENCES products (id), stars INTEGER NOT NULL);
CREATE TABLE carts (id INTEGER PRIMARY KEY, opened INTEGER NOT NULL);
CREATE TABLE cart_items (
    cart_id INTEGER NOT NULL REFERENCES carts (id), product_id INTEGER NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0));
"""
INDEXES = {
    "products_of_category": "CREATE INDEX products_of_category ON products (category_id)",
    "products_by_rank": "CREATE UNIQUE INDEX products_by_rank ON products (sales_rank)",
    "related_of_product": "CREATE UNIQUE INDEX related_of_product ON related (product_id, place)",
    "reviews_of_product": "CREATE INDEX reviews_of_product ON reviews (product_id)",
    "items_of_cart": "CREATE UNIQUE INDEX items_of_cart ON cart_items (cart_id, product_id)",
}
CATEGORIES = [
    "kitchen", "garden", "books", "toys", "tools", "shoes", "lamps", "paper",
    "music", "games", "bedding", "cameras", "bags", "pets", "paint", "tea",
]  # fmt: skip
WORDS = [
    "small", "large", "red", "blue", "plain", "folding", "steel", "wooden",
    "quiet", "heavy", "light", "spare", "round", "double", "travel", "winter",
]  # fmt: skip


@dataclasses.dataclass
class Seen:
    """What the driver did while it was watched.

    statements : their text, in the order in which they began;  rows : handed over;  slept : seconds of round trips
    """

    statements: list = dataclasses.field(default_factory=list)
    rows: int = 0
    slept: float = 0.0

    @property
    def count(self) -> int:
        """How many statements."""
        return len(self.statements)

    def shapes(self) -> dict[str, int]:
        """How many statements of each shape, most frequent first: the text with its values taken out."""
        counts = {}
        for text in map(shape, self.statements):
            counts[text] = counts.get(text, 0) + 1
        return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


class Shop:
    """A connection to the shop's database.

    round_trip : seconds that pass before each statement runs, as if the database were that far away; 0 at first
    """

    def __init__(self, connection):
        self.connection, self.round_trip, self.watching, self.plans = connection, 0.0, [], 0
        connection.row_factory = self._row
        connection.set_trace_callback(self._statement)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.connection.close()

    def _statement(self, text):
        if text.startswith("--"):
            return  # a comment of SQLite's, in place of a statement inside a trigger
        begun = time.perf_counter()
        if self.round_trip:
            time.sleep(self.round_trip)
        for seen in self.watching:
            seen.statements.append(text)
            seen.slept += time.perf_counter() - begun

    def _row(self, cursor, row):
        for seen in self.watching:
            seen.rows += 1
        return row

    def ask(self, sql, *values) -> list[tuple]:
        """The rows that a statement gives, all of them. Raises sqlite3.Error as the driver does."""
        return self.connection.execute(sql, values).fetchall()

    @contextlib.contextmanager
    def counting(self):
        """A ``Seen`` that fills while the block runs. Blocks may be nested."""
        seen = Seen()
        self.watching.append(seen)
        try:
            yield seen
        finally:
            self.watching = [other for other in self.watching if other is not seen]

    @contextlib.contextmanager
    def without_index(self, name):
        """The shop as it would be without an index of ``INDEXES``, while the block runs; nothing stays changed.

        Raises ValueError for another name.
        """
        checks.one_of("name", name, INDEXES)
        self.connection.execute("BEGIN")
        try:
            self.connection.execute(f"DROP INDEX {name}")
            yield self
        finally:
            self.connection.execute("ROLLBACK")

    def plan(self, sql, *values) -> list[str]:
        """How SQLite means to run a statement, a line a step, indented by depth.

        Versions of SQLite differ in two words, TABLE before a name and LEFT-JOIN at the end; both are left out.
        Source: EXPLAIN QUERY PLAN.
        """
        self.plans += 1  # the driver keeps statements by their text, and a kept plan would not see a new index
        rows = self.connection.execute(f"EXPLAIN QUERY PLAN {sql} -- {self.plans}", values).fetchall()
        depth, lines = {0: -1}, []
        for number, parent, _, detail in rows:
            depth[number] = depth.get(parent, -1) + 1
            detail = re.sub(r"\b(SCAN|SEARCH) TABLE ", r"\1 ", detail).removesuffix(" LEFT-JOIN")
            lines.append("  " * depth[number] + detail)
        return lines

    def best_seller(self) -> int:
        """The number of the product that sells most, which is the one with the most related products."""
        return self.ask("SELECT id FROM products WHERE sales_rank = 1")[0][0]


def shape(sql) -> str:
    """A statement with its values taken out: numbers and texts become ?, a list of them one ?. Spaces are made one.

    Explained in chapter 3, section 1.
    """
    text = re.sub(r"'(?:[^']|'')*'", "?", " ".join(sql.split()))
    text = re.sub(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])", "?", text)
    return re.sub(r"\?(?:\s*,\s*\?)+", "?", text)


def build(seed=1, products=PRODUCTS, carts=CARTS, path=":memory:", progress=False) -> Shop:
    """The shop of a seed, the same on every machine, as a ``Shop``.

    products, carts : how many of each, at least 200 and 1;  path : a file that is not there yet, or memory
    progress : whether to print a bar while it is built, a few seconds for the whole shop
    Carts hold a geometric number of different products, 3.2 on average, drawn by Zipf's law with exponent 0.9 by sales
    rank. The product of sales rank r has 67 r^-0.3 related products and 20 r^-0.3 reviews, rounded. Related products are
    drawn like those in carts.
    Raises ValueError for fewer, sqlite3.Error if the file cannot be written. Random numbers: the raw words of NumPy's
    PCG64. Explained in chapter 3, section 1.
    """
    products, carts = checks.whole("products", products, 200), checks.whole("carts", carts, 1)
    bits = np.random.PCG64(checks.whole("seed", seed))
    show = lab.bar(BUILDS_IN) if progress else lambda finished=False: None
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    for statement in filter(str.strip, SCHEMA.split(";")):
        connection.execute(statement)
    for table, columns in draw_tables(bits, products, carts):
        places = ", ".join("?" * len(columns))
        rows = zip(*(c.tolist() if isinstance(c, np.ndarray) else c for c in columns), strict=True)
        connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
        show()
    for statement in INDEXES.values():
        connection.execute(statement)
        show()
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("PRAGMA foreign_keys = ON")
    show(finished=True)
    return Shop(connection)


def draw_tables(bits, products, carts):
    """Yields (table, its columns) in the order of the schema, drawn from a NumPy bit generator.

    Explained in chapter 3, section 1.
    """
    numbers = np.arange(1, products + 1)
    by_rank = np.argsort(uniforms(bits, products), kind="stable") + 1  # the product at each sales rank
    rank = np.empty(products, dtype=np.int64)
    rank[by_rank - 1] = numbers
    cumulative = np.empty(products)
    zipf_table(POPULARITY, cumulative)

    category = below(bits, products, len(CATEGORIES))
    word = below(bits, products, len(WORDS))
    names = [f"{WORDS[w]} {CATEGORIES[c]} {n}" for w, c, n in zip(word, category, numbers, strict=True)]
    yield "categories", (range(1, len(CATEGORIES) + 1), CATEGORIES)
    yield (
        "products",
        (numbers, category + 1, names, 99 + 100 * below(bits, products, 200), below(bits, products, 500), rank),
    )
    owners = np.repeat(by_rank, related_count(numbers))
    places = np.arange(len(owners)) - np.repeat(*starts(related_count(numbers)))
    yield "related", (owners, places, different(bits, owners, by_rank, cumulative, itself=False))
    reviewed = np.repeat(by_rank, review_count(numbers))
    stars = 1 + below(bits, len(reviewed), 5)
    yield "reviews", (np.arange(1, len(reviewed) + 1), reviewed, stars)

    stop = 1 / MEAN_ITEMS
    sizes = 1 + np.floor(np.log(uniforms(bits, carts)) / np.log(1 - stop)).astype(np.int64)
    sizes = np.minimum(sizes, 100)  # one cart in 10^16 is larger, and none may hold more than there is
    yield "carts", (np.arange(1, carts + 1), below(bits, carts, 3600))
    owners = np.repeat(np.arange(1, carts + 1), sizes)
    yield "cart_items", (owners, different(bits, owners, by_rank, cumulative), 1 + below(bits, len(owners), 3))


def starts(counts):
    """Where each of several groups begins, and the sizes of the groups, for ``numpy.repeat``.

    Explained in chapter 3, section 1.
    """
    return np.cumsum(counts) - counts, counts


def related_count(rank):
    """Related products of the product at a sales rank, or at each of an array. Explained in chapter 3, section 1."""
    return np.rint(MOST_RELATED * np.asarray(rank, float) ** FADES).astype(np.int64)


def review_count(rank):
    """Reviews of the product at a sales rank, or at each of an array. Explained in chapter 3, section 1."""
    return np.rint(MOST_REVIEWS * np.asarray(rank, float) ** FADES).astype(np.int64)


def expected_related(products=PRODUCTS) -> float:
    """Mean number of related products of a product in a cart, were a cart free to hold one twice.

    Raises ValueError unless there is at least one product. Explained in chapter 3, section 1.
    """
    rank = np.arange(1.0, checks.whole("products", products, 1) + 1)
    weight = rank**-POPULARITY / power_sum(POPULARITY, float(products))
    return float(np.sum(weight * related_count(rank)))


def uniforms(bits, count) -> np.ndarray:
    """Numbers above 0 and below 1 in steps of 2^-53, from a bit generator's raw words.

    Explained in chapter 3, section 1.
    """
    return ((bits.random_raw(count) >> np.uint64(11)) + 0.5) * 2.0**-53


def below(bits, count, limit) -> np.ndarray:
    """Whole numbers from 0 to ``limit`` - 1, each as likely but for 1 part in 10^13. Explained in chapter 3, section 1."""
    return (uniforms(bits, count) * limit).astype(np.int64)


def different(bits, owners, by_rank, cumulative, itself=True) -> np.ndarray:
    """A product for each place, by Zipf's law, no owner the same one twice; where one comes again it is drawn anew.

    owners : whose place it is;  by_rank, cumulative : product, and Zipf's sum, at each rank;  itself : whether an owner,
        then a product, may have itself.  Explained in chapter 3, section 1.
    """
    drawn = np.zeros(len(owners), dtype=np.int64)
    again = np.arange(len(owners))
    while len(again):
        drawn[again] = by_rank[np.searchsorted(cumulative, uniforms(bits, len(again)))]
        key = owners * (len(by_rank) + 1) + drawn
        order = np.argsort(key, kind="stable")
        twice = np.zeros(len(owners), dtype=bool)
        twice[order[1:]] = key[order[1:]] == key[order[:-1]]
        if not itself:
            twice |= drawn == owners
        again = np.flatnonzero(twice)
    return drawn
