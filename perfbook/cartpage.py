"""The cart page of the shop, written once, and five ways to load what it reads.

The objects are those of an object-relational mapper at its plainest: what is known is kept, what is not is asked for when
it is first read. The page cannot tell the difference, and that is the trouble with it.

Explained in chapter 3, section 1.
"""

import contextlib
import functools

from . import checks
from .shop import Shop

ITEMS = """SELECT i.product_id, p.name, p.cents, i.quantity FROM cart_items AS i
    JOIN products AS p ON p.id = i.product_id WHERE i.cart_id = ? ORDER BY i.product_id"""
RELATED_IDS = "SELECT related_id FROM related WHERE product_id = ? ORDER BY place"
PRODUCT = "SELECT name, cents FROM products WHERE id = ?"
STARS = "SELECT stars FROM reviews WHERE product_id = ? ORDER BY id"
RELATED = """SELECT r.related_id, p.name, p.cents FROM related AS r
    JOIN products AS p ON p.id = r.related_id WHERE r.product_id = ? ORDER BY r.place"""
RELATED_IDS_IN = "SELECT product_id, related_id FROM related WHERE product_id IN ({}) ORDER BY product_id, place"
PRODUCTS_IN = "SELECT id, name, cents FROM products WHERE id IN ({})"
STARS_IN = "SELECT product_id, stars FROM reviews WHERE product_id IN ({}) ORDER BY id"
ITEMS_RELATED = """SELECT i.product_id, p.name, p.cents, i.quantity, r.place, r.related_id, q.name, q.cents
    FROM cart_items AS i JOIN products AS p ON p.id = i.product_id
    LEFT JOIN related AS r ON r.product_id = i.product_id LEFT JOIN products AS q ON q.id = r.related_id
    WHERE i.cart_id = ? ORDER BY i.product_id, r.place"""
EVERYTHING = """SELECT i.product_id, p.name, p.cents, i.quantity, r.place, r.related_id, q.name, q.cents, v.id, v.stars
    FROM cart_items AS i JOIN products AS p ON p.id = i.product_id
    LEFT JOIN related AS r ON r.product_id = i.product_id LEFT JOIN products AS q ON q.id = r.related_id
    LEFT JOIN reviews AS v ON v.product_id = i.product_id
    WHERE i.cart_id = ? ORDER BY i.product_id, r.place, v.id"""
RESTOCK = 40  # lines of the list of the exercise
PLACES = 30_000  # values that one statement may hold; SQLite's own limit is 32,766


class Product:
    """A product that asks the shop for what it does not have yet, when that is read."""

    def __init__(self, shop: Shop, number: int):
        self.shop, self.number = shop, number

    @functools.cached_property
    def row(self):
        """Name and cents."""
        return self.shop.ask(PRODUCT, self.number)[0]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.row[0]

    @property
    def cents(self) -> int:
        """Its price."""
        return self.row[1]

    @functools.cached_property
    def related(self) -> list:
        """The products that are shown beside it, in their order."""
        return [Product(self.shop, number) for (number,) in self.shop.ask(RELATED_IDS, self.number)]

    @functools.cached_property
    def stars(self) -> list[int]:
        """The stars of its reviews, in the order in which they were written."""
        return [stars for (stars,) in self.shop.ask(STARS, self.number)]


def known(shop, number, name, cents) -> Product:
    """A product whose own row is there already. Explained in chapter 3, section 1."""
    product = Product(shop, number)
    product.row = name, cents
    return product


def cart_page(shop, cart, load="lazy", reviews=False) -> str:
    """The page of a cart, as text: its articles, the related products of each and, if asked for, its stars.

    load : "lazy", "each", "batch", "join" or "everything"; the page is the same, and how it comes about is not
    Raises ValueError for another way. Explained in chapter 3, section 1.
    """
    items = LOADERS[checks.one_of("load", load, LOADERS)](shop, cart, reviews)
    lines, total = [], 0
    for product, quantity in items:
        total += quantity * product.cents
        lines.append(f"{quantity} × {product.name}, {product.cents / 100:.2f}")
        for other in product.related:
            lines.append(f"    see also {other.name}, {other.cents / 100:.2f}")
        if reviews and product.stars:
            lines.append(f"    {sum(product.stars) / len(product.stars):.1f} stars from {len(product.stars)}")
    return "\n".join([*lines, f"total {total / 100:.2f}"])


def items_alone(shop, cart, reviews=False) -> list:
    """One statement for the articles; everything else is asked for when the page reads it. Statements: 1 + N(1 + R).

    Explained in chapter 3, section 1.
    """
    return [(known(shop, *product), quantity) for *product, quantity in shop.ask(ITEMS, cart)]


def each_article(shop, cart, reviews=False) -> list:
    """Related products by one join for each article: 1 + N statements. Explained in chapter 3, section 1."""
    items = items_alone(shop, cart)
    for product, _ in items:
        product.related = [known(shop, *row) for row in shop.ask(RELATED, product.number)]
    return items


def batches(shop, cart, reviews=False) -> list:
    """One statement for each kind of thing, with IN: 3 statements, 4 with reviews. Explained in chapter 3, section 1."""
    items = items_alone(shop, cart)
    owners = {product.number: product for product, _ in items}
    pairs = ask_in(shop, RELATED_IDS_IN, list(owners))
    rows = {row[0]: row for row in ask_in(shop, PRODUCTS_IN, list(dict.fromkeys(number for _, number in pairs)))}
    for product in owners.values():
        product.related = []
    for owner, number in pairs:
        owners[owner].related.append(known(shop, *rows[number]))
    if reviews:
        give_stars(owners, ask_in(shop, STARS_IN, list(owners)))
    return items


def one_join(shop, cart, reviews=False) -> list:
    """Articles and related products by one statement; with reviews one more. Explained in chapter 3, section 1."""
    items = gather(shop, shop.ask(ITEMS_RELATED, cart))
    if reviews:
        owners = {product.number: product for product, _ in items}
        give_stars(owners, ask_in(shop, STARS_IN, list(owners)))
    return items


def everything(shop, cart, reviews=False) -> list:
    """Related products and reviews by the same statement: each related product comes once for each review.

    Explained in chapter 3, section 1.
    """
    rows = shop.ask(EVERYTHING, cart)
    items = gather(shop, dict.fromkeys(row[:8] for row in rows))
    stars = {(row[0], row[8]): row[9] for row in rows if row[8] is not None}
    give_stars({product.number: product for product, _ in items}, [(key[0], stars[key]) for key in sorted(stars)])
    return items


LOADERS = {"lazy": items_alone, "each": each_article, "batch": batches, "join": one_join, "everything": everything}


def ask_in(shop, sql, values) -> list[tuple]:
    """The rows of a statement with IN ({}), in as few statements as its limit of values allows; none for no values.

    Explained in chapter 3, section 1.
    """
    rows = []
    for first in range(0, len(values), PLACES):
        part = values[first : first + PLACES]
        rows += shop.ask(sql.format(", ".join("?" * len(part))), *part)
    return rows


def gather(shop, rows) -> list:
    """Articles with their related products, from the rows of their join. Explained in chapter 3, section 1."""
    items = {}
    for number, name, cents, quantity, _, other, other_name, other_cents in rows:
        if number not in items:
            items[number] = known(shop, number, name, cents), quantity
            items[number][0].related = []
        if other is not None:
            items[number][0].related.append(known(shop, other, other_name, other_cents))
    return list(items.values())


def give_stars(owners, pairs):
    """Put reviews, pairs of product and stars in their order, where they belong. Explained in chapter 3, section 1."""
    for product in owners.values():
        product.stars = []
    for owner, stars in pairs:
        owners[owner].stars.append(stars)


@contextlib.contextmanager
def at_most(shop, statements):
    """A guard for a test: fails if the block sends the database more statements than that, and names the repeated ones.

    Yields the ``Seen`` of the block. Raises AssertionError with the count and the shapes that came more than once, and
    ValueError unless ``statements`` is a whole number. Explained in chapter 3, section 1.
    """
    statements = checks.whole("statements", statements)
    with shop.counting() as seen:
        yield seen
    if seen.count > statements:
        repeated = [f"\n{count:6} × {text}" for text, count in seen.shapes().items() if count > 1]
        raise AssertionError(f"{seen.count} statements, at most {statements} allowed" + "".join(repeated))


def statements_of_carts(shop):
    """Statements that the lazy page of each cart sends, counted by one statement of SQL: 1 + the sum of 1 + R.

    Returns an array in the order of the carts' numbers. Explained in chapter 3, section 1.
    """
    import numpy as np

    counts = shop.ask(
        """WITH counted AS (SELECT product_id, COUNT(*) AS r FROM related GROUP BY product_id)
        SELECT 1 + SUM(1 + COALESCE(r, 0)) FROM cart_items LEFT JOIN counted USING (product_id)
        GROUP BY cart_id ORDER BY cart_id"""
    )
    return np.array(counts).ravel()


def restock_list(shop, below=3) -> list[str]:
    """Who has to order what: products with a stock below that, best sellers first, `RESTOCK` at most, with their categories.

    It works, its tests pass, and there is something wrong with it. Explained in chapter 3, section 1.
    """
    lines = []
    wanted = "SELECT id, name, stock, category_id FROM products WHERE stock < ? ORDER BY sales_rank LIMIT ?"
    for number, name, stock, category in shop.ask(wanted, below, RESTOCK):
        where = shop.ask("SELECT name FROM categories WHERE id = ?", category)[0][0]
        carts = shop.ask("SELECT COUNT(*) FROM cart_items WHERE product_id = ?", number)[0][0]
        lines.append(f"{where}: {name}, {stock} left, in {carts} carts")
    return lines
