"""The shop in SQLite: counts by two counters and by SQL, pages by five loaders, its laws, its plans."""

import collections
import hashlib
import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from perfbook import cartpage, shop
from perfbook.cartpage import LOADERS, cart_page

SMALL = dict(seed=3, products=2000, carts=600)


@pytest.fixture(scope="module")
def small():
    with shop.build(**SMALL) as built:
        yield built


@pytest.fixture(scope="module")
def whole():
    with shop.build() as built:
        yield built


def calls_of(function):
    """How many times the interpreter calls SQLite's ``execute`` meanwhile: a count that knows nothing of the trace."""
    calls = 0

    def watch(frame, event, argument):
        nonlocal calls
        name = getattr(argument, "__qualname__", "")
        calls += event == "c_call" and name in ("Connection.execute", "Cursor.execute")

    sys.setprofile(watch)
    try:
        function()
    finally:
        sys.setprofile(None)
    return calls


def related_of(built, cart):
    """How many related products each article of a cart has, by plain Python over whole tables."""
    related = collections.Counter(owner for (owner,) in built.ask("SELECT product_id FROM related"))
    return [related[n] for (n,) in built.ask("SELECT product_id FROM cart_items WHERE cart_id = ?", cart)]


@pytest.mark.parametrize("reviews", [False, True])
@pytest.mark.parametrize("cart", [1, 17, 333, 600])
def test_each_way_sends_what_its_rule_says_by_two_counters(small, cart, reviews):
    related = related_of(small, cart)
    n = len(related)
    expected = {"lazy": 1 + n + sum(related), "each": 1 + n, "batch": 3, "join": 1, "everything": 1}
    for way, count in expected.items():
        more = {"lazy": n, "each": n, "batch": 1, "join": 1, "everything": 0}[way] * reviews
        with small.counting() as seen:
            cart_page(small, cart, way, reviews)
        assert seen.count == count + more, way
        assert calls_of(lambda way=way: cart_page(small, cart, way, reviews)) == count + more, way


def test_rows_are_counted_as_they_are_handed_over(small):
    for cart in range(1, 60):
        related, stars = related_of(small, cart), []
        for (n,) in small.ask("SELECT product_id FROM cart_items WHERE cart_id = ?", cart):
            stars.append(small.ask("SELECT COUNT(*) FROM reviews WHERE product_id = ?", n)[0][0])
        rows = {}
        for way in LOADERS:
            with small.counting() as seen:
                cart_page(small, cart, way, reviews=way == "everything")
            rows[way] = seen.rows
        n, links = len(related), sum(related)
        assert rows["lazy"] == n + 2 * links and rows["each"] == n + links
        assert rows["join"] == sum(max(r, 1) for r in related)
        assert links + n <= rows["batch"] <= n + 2 * links
        assert rows["everything"] == sum(max(r, 1) * max(v, 1) for r, v in zip(related, stars, strict=True))


@settings(max_examples=40)
@given(cart=some.integers(1, SMALL["carts"]), reviews=some.booleans())
def test_the_page_is_the_same_whichever_way_it_was_loaded(small, cart, reviews):
    pages = {cart_page(small, cart, way, reviews) for way in LOADERS}
    assert len(pages) == 1 and "total" in pages.pop()


def test_articles_without_related_products_or_reviews_and_carts_without_articles_are_shown_alike():
    with shop.build(seed=4, products=300, carts=5) as own:
        own.ask("DELETE FROM related WHERE product_id IN (SELECT product_id FROM cart_items WHERE cart_id = 1)")
        own.ask("DELETE FROM reviews WHERE product_id IN (SELECT product_id FROM cart_items WHERE cart_id < 3)")
        own.ask("DELETE FROM cart_items WHERE cart_id = 3")
        for cart in (1, 2, 3, 99):
            assert len({cart_page(own, cart, way, True) for way in LOADERS}) == 1
        assert cart_page(own, 3) == "total 0.00"


def test_the_whole_shop_keeps_its_promises(whole):
    count = {t: whole.ask(f"SELECT COUNT(*) FROM {t}")[0][0] for t in ("products", "carts", "related", "reviews")}
    assert count["products"] == 100_000 and count["carts"] == 20_000
    rank = np.arange(1, 100_001)
    assert count["related"] == shop.related_count(rank).sum() and count["reviews"] == shop.review_count(rank).sum()
    assert whole.ask("PRAGMA foreign_key_check") == []
    with whole.counting() as seen:
        related = whole.ask(cartpage.RELATED_IDS, whole.best_seller())
    assert len(related) == 67 == shop.MOST_RELATED and seen.count == 2
    assert whole.ask("SELECT COUNT(*) FROM related WHERE product_id = related_id")[0][0] == 0
    assert whole.ask("SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM related GROUP BY product_id, related_id)") == [(1,)]


def test_sizes_of_carts_are_geometric_and_their_articles_zipf(whole):
    sizes = np.array(whole.ask("SELECT COUNT(*) FROM cart_items GROUP BY cart_id")).ravel()
    stop = 1 / shop.MEAN_ITEMS
    deviation = math.sqrt((1 - stop) / stop**2 / len(sizes))
    assert abs(sizes.mean() - shop.MEAN_ITEMS) < 4 * deviation
    for k in range(1, 8):
        share = stop * (1 - stop) ** (k - 1)
        assert abs(np.mean(sizes == k) - share) < 4 * math.sqrt(share * (1 - share) / len(sizes))
    top = whole.ask("SELECT sales_rank FROM cart_items JOIN products ON id = product_id WHERE sales_rank <= 100")
    ranks = np.arange(1, 100_001.0) ** -shop.POPULARITY
    # A cart that may not hold one article twice has fewer of the first: none above, and in all at most a tenth below.
    share = ranks[:100].sum() / ranks.sum()
    assert 0.9 * share < len(top) / sizes.sum() < share


def test_a_cart_of_one_article_has_the_mean_that_the_laws_give(whole):
    counts = np.array(whole.ask(
        "SELECT (SELECT COUNT(*) FROM related AS r WHERE r.product_id = i.product_id) FROM cart_items AS i "
        "GROUP BY cart_id HAVING COUNT(*) = 1")).ravel()  # fmt: skip
    assert abs(counts.mean() - shop.expected_related()) < 4 * counts.std() / math.sqrt(len(counts))


def test_one_statement_of_sql_counts_what_the_driver_counts(whole):
    counts = cartpage.statements_of_carts(whole)
    assert len(counts) == 20_000
    for cart in [*range(1, 40), int(np.argmax(counts)) + 1]:
        with whole.counting() as seen:
            cart_page(whole, cart)
        assert seen.count == counts[cart - 1]


def digest(built):
    """A digest of every row of every table."""
    text = hashlib.sha256()
    for table in ("categories", "products", "related", "reviews", "carts", "cart_items"):
        for row in built.ask(f"SELECT * FROM {table} ORDER BY rowid"):
            text.update(repr(row).encode())
    return text.hexdigest()


def test_a_seed_gives_the_same_shop_in_memory_and_on_disk_and_another_seed_another(small, tmp_path):
    here = digest(small)
    assert here == "5a03ade5897e9c9cac58ce214b634da4653f0cae43f497a5d066993918de11a7"
    with shop.build(**SMALL, path=str(tmp_path / "shop.db")) as on_disk:
        assert digest(on_disk) == here
    with shop.build(**SMALL | dict(seed=4)) as other:
        assert digest(other) != here


def test_plans_search_with_an_index_and_scan_without(small):
    of_one = cartpage.RELATED_IDS
    assert small.plan(of_one, 1) == ["SEARCH related USING INDEX related_of_product (product_id=?)"]
    with small.without_index("related_of_product"):
        assert small.plan(of_one, 1)[0].startswith("SCAN related")
        assert small.ask(of_one, 1)
    assert small.plan(of_one, 1) == ["SEARCH related USING INDEX related_of_product (product_id=?)"]
    joined = small.plan(cartpage.ITEMS_RELATED, 1)
    assert [line.split()[:2] for line in joined] == [["SEARCH", name] for name in "iprq"]
    assert small.plan("SELECT COUNT(*) FROM cart_items WHERE product_id = ?", 1)[0].startswith("SCAN cart_items")


def test_the_index_changes_neither_the_page_nor_the_number_of_statements(small):
    with small.counting() as before:
        page = cart_page(small, 17)
    with small.without_index("related_of_product"), small.counting() as after:
        assert cart_page(small, 17) == page
    assert before.shapes() == after.shapes()


def test_foreign_keys_are_kept(small):
    with pytest.raises(shop.sqlite3.IntegrityError):
        small.ask("INSERT INTO cart_items VALUES (1, 999999, 1)")


def test_the_round_trip_is_slept_once_a_statement(small):
    small.round_trip = 0.002
    try:
        with small.counting() as seen:
            cart_page(small, 17, "each")
    finally:
        small.round_trip = 0.0
    assert seen.slept >= 0.002 * seen.count


def test_a_bar_is_shown_while_it_is_built_if_asked_for(capsys):
    shop.build(seed=3, products=200, carts=1).connection.close()
    assert capsys.readouterr().out == ""
    shop.build(seed=3, products=200, carts=1, progress=True).connection.close()
    out = capsys.readouterr().out
    assert out.count("█") == 40 and out.endswith("|\n")


def test_blocks_that_count_may_be_nested(small):
    with small.counting() as outer:
        small.ask("SELECT 1")
        with small.counting() as inner:
            small.ask("SELECT 2")
        small.ask("SELECT 3")
    small.ask("SELECT 4")
    assert (outer.count, inner.count) == (3, 1) and inner.statements == ["SELECT 2"]


def test_shapes_take_values_out_and_nothing_else():
    assert (
        shop.shape("SELECT  a1, b FROM t2\n WHERE x = -3.5 AND y = 'it''s 7'")
        == "SELECT a1, b FROM t2 WHERE x = ? AND y = ?"
    )
    assert shop.shape("x IN (1, 2,3)") == "x IN (?)" == shop.shape("x IN (9)")


def test_the_guard_fails_a_page_that_asks_too_often_and_names_what_is_repeated(small):
    with cartpage.at_most(small, 3) as seen:
        cart_page(small, 17, "batch")
    assert seen.count == 3
    with pytest.raises(AssertionError) as error, cartpage.at_most(small, 3):
        cart_page(small, 17)
    related = related_of(small, 17)
    assert f"{1 + len(related) + sum(related)} statements, at most 3 allowed" in str(error.value)
    assert f"{sum(related)} × SELECT name, cents FROM products WHERE id = ?" in str(error.value)


def test_many_values_go_in_as_many_statements_as_they_need(small, monkeypatch):
    monkeypatch.setattr(cartpage, "PLACES", 10)
    with small.counting() as seen:
        rows = cartpage.ask_in(small, cartpage.PRODUCTS_IN, list(range(1, 26)))
    assert seen.count == 3 and sorted(row[0] for row in rows) == list(range(1, 26))
    assert cartpage.ask_in(small, cartpage.PRODUCTS_IN, []) == []


def test_the_list_of_the_exercise_sends_one_and_two_more_a_line(whole):
    with whole.counting() as seen:
        lines = cartpage.restock_list(whole)
    assert len(lines) == cartpage.RESTOCK == 40 and seen.count == 1 + 2 * 40


@pytest.mark.parametrize("wrong, message", [
    (lambda: shop.build(products=3), "products must be a whole number from 200 up, got 3"),
    (lambda: shop.build(carts=0), "carts must be a whole number from 1 up, got 0"),
    (lambda: shop.build(seed=-1), "seed must be a whole number from 0 up, got -1"),
    (lambda: shop.expected_related(0), "products must be a whole number from 1 up, got 0"),
])  # fmt: skip
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


def test_unknown_ways_and_indexes_are_named(small):
    with pytest.raises(ValueError, match="load must be one of lazy, each, batch, join, everything, got 'eager'"):
        cart_page(small, 1, "eager")
    with pytest.raises(ValueError, match="name must be one of"), small.without_index("none"):
        pass
