"""The parts of an explorable that need no browser: templates, tables, marks, checks, widgets."""

import base64
import json
import math
import re

import matplotlib.text
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbook import rng
from perfbook.explore import Challenge, Choice, Explorable, Number, Slider, marks, page, slim, template
from perfbook.explore.explorable import registry
from perfbook.explore.table import Table, parse, parse_keys


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234.5, ",.0f", "1,235"),
        (2.5, ".0f", "3"),
        (-0.001, ".2f", "0.00"),
        (0.8096, ".1%", "81.0%"),
        (0.00012345, ".3g", "0.000123"),
        (0.000012345, ".3g", "1.23e-5"),
        (20161.7, ".3g", "20,162"),
        (0.0029361, "duration", "2.94 ms"),
        (7.5e-6, "duration", "7.50 µs"),
        (3600 * 5, "duration", "5.00 h"),
        (0, "duration", "0 s"),
        (math.inf, "duration|unstable", "unstable"),
        (math.nan, ".2f|never pays back", "never pays back"),
        (math.inf, ".2f", "–"),
        (1.8e306, ".1%", "–"),  # a hundred times that is past the largest number there is
        (1, "=stable|saturated|unstable", "saturated"),
        (9, "=stable|saturated|unstable", "unstable"),
    ],
)
def test_a_value_is_shown_as_its_format_says(value, form, text):
    assert template.show(value, form) == text


@given(st.floats(), st.sampled_from([".2f", ",.0f", ".3g", ".1%", "duration", "=a|b"]))
def test_no_value_is_ever_shown_as_nan_or_infinity(value, form):
    assert not re.search("nan|inf", template.show(value, form), re.I)


@given(st.floats(1e-3, 1e9), st.integers(0, 6))
def test_fixed_is_within_half_a_unit_of_the_last_place(value, digits):
    assert abs(float(template.fixed(value, digits, False)) - value) <= 0.5000001 * 10**-digits + 1e-12 * value


def test_a_reference_that_names_nothing_is_refused():
    with pytest.raises(ValueError, match="reference must name one of wait, got 'weight'"):
        template.resolve("weight", {"wait": np.zeros(3)})
    with pytest.raises(ValueError, match="goes past the 3 values of wait"):
        template.resolve("wait[3]", {"wait": np.zeros(3)})


def test_a_table_names_bad_rows_and_keeps_the_good_ones():
    rows, problems = parse("N, X\n1 20\n\n# note\n4;78\nfive 6\n7\n8,1e2\n", 2, 10)
    assert rows == [(1, 20), (4, 78), (8, 100)]
    assert problems == ["Line 6 is not 2 numbers: five 6", "Line 7 is not 2 numbers: 7"]


def test_a_table_names_rows_that_do_not_fit():
    rows, problems = parse("1 1\n2 2\n3 3", 2, 2)
    assert len(rows) == 2
    assert problems == ["Line 3 is past the 2 rows that fit"]


def test_a_table_pads_with_zeros_and_counts():
    arrays = Table(("n", "x"), "rows", 4, "").arrays("1 2\n3 4")
    assert arrays["rows"] == 2
    np.testing.assert_array_equal(arrays["n"], [1, 3, 0, 0])


def test_keys_are_numbered_as_they_first_appear():
    rows, problems = parse_keys("\ufeffcart:1\n cart:2 \r\n\ncart:1\r# no comment\ncart:3", 5)
    assert rows == [(0,), (1,), (0,), (2,), (3,)]
    assert problems == []
    assert parse_keys("a\nb\nc", 2) == ([(0,), (1,)], ["1 keys past the 2 that fit are left out"])
    arrays = Table(("trace",), "accesses", 4, "", keys=True).arrays("x\ny\nx")
    assert arrays["accesses"] == 3
    np.testing.assert_array_equal(arrays["trace"], [0, 1, 0, 0])


def test_keys_in_two_columns_are_refused():
    with pytest.raises(ValueError, match="columns must be one for keys, got a, b"):
        Table(("a", "b"), "n", 4, "", keys=True)


@pytest.mark.parametrize(
    ("values", "kind"),
    [([0, 255], "Uint8Array"), ([0, 256], "Uint16Array"), ([-1, 3], "Int32Array"), ([2**31], "BigInt64Array"), ([], "Uint8Array")],
)  # fmt: skip
def test_whole_numbers_travel_in_the_narrowest_array_that_holds_them(values, kind):
    sent = page.packed(values)
    assert sent["type"] == kind
    np.testing.assert_array_equal(np.frombuffer(bytes.fromhex(sent["data"]), page.WIDTHS[kind]), values)


def draw(picture):
    panel = picture.panel(x="rank", y="share", xlim=(0, 20), ylim=(0, 1))
    panel.line(np.arange(20), "cumulative", label="Zipf")
    panel.dots(3, "cumulative[3]", color="danger")
    panel.rule(x="exponent")


def make(id="test-zipf", **changes):
    options = dict(kernel=rng.zipf_table, sliders=[Slider("exponent", "exponent α", 0, 2, step=0.1, value=1)],
                   outputs={"cumulative": 20}, draw=draw, readouts={"top": "Top: {cumulative[0]:.1%}"},
                   alt="Top {cumulative[0]:.1%}", presets={"flat": {"exponent": 0}})  # fmt: skip
    return Explorable(id, **options | changes)


@pytest.fixture(autouse=True)
def clean_registry():
    kept = dict(registry)
    yield
    registry.clear()
    registry.update(kept)


def test_at_runs_the_kernel_with_the_sliders_given():
    law = 1 / np.arange(1, 21.0) ** 2
    np.testing.assert_allclose(make().at(exponent=2)["cumulative"], np.cumsum(law) / law.sum())


def test_at_refuses_what_a_slider_cannot_reach():
    with pytest.raises(ValueError, match=r"exponent must be from 0 to 2, got 2\.5"):
        make().at(exponent=2.5)
    with pytest.raises(ValueError, match="test-zipf has sliders exponent, got 'alpha'"):
        make().at(alpha=1)


def test_a_parameter_left_out_is_named():
    with pytest.raises(
        ValueError, match=r"must give each parameter of zipf_table once: exponent, cumulative; got exponent"
    ):
        make(outputs={})


def test_a_template_that_names_nothing_is_refused_when_the_page_is_made():
    with pytest.raises(ValueError, match="reference must name one of"):
        page.figure(make(alt="{peak:.1f}"))


def test_the_text_of_an_explorable_is_its_readouts():
    assert make().text() == "test-zipf: exponent = 1\nTop: 27.8%"


def test_a_challenge_must_be_open_at_first_and_met_by_its_solution():
    make()
    goal = {"cumulative[0]": (0.45, 0.7)}
    Challenge("test-a", of="test-zipf", ask="?", goal=goal, solution={"exponent": 1.5}).check()
    with pytest.raises(ValueError, match="does not meet it"):
        Challenge("test-b", of="test-zipf", ask="?", goal=goal, solution={"exponent": 0.5}).check()
    with pytest.raises(ValueError, match="already meet it"):
        Challenge("test-c", of="test-zipf", ask="?", goal={"cumulative[0]": (0, 1)}, solution={}).check()


def test_questions_check_themselves():
    with pytest.raises(ValueError, match="right must be one of the options"):
        Choice("test-d", ask="?", options={"a": ""}, right="b")
    with pytest.raises(ValueError, match="kind must be one of predict, check, quiz"):
        Number("test-e", ask="?", answer=1, kind="riddle")
    question = Number("test-f", ask="?", answer=41.6, tolerance=0.01)
    assert question.right(41.3) and not question.right(40)


def test_the_figure_keeps_the_pages_promises():
    html = page.figure(make())
    assert 'class="explorable" id="test-zipf" data-state="static"' in html
    assert re.search(
        r'<input type="range" id="test-zipf--exponent" name="exponent" min="0" max="2" step="0.1" value="1">', html
    )
    assert '<input type="number" name="exponent"' in html
    assert '<output name="top">Top: 27.8%</output>' in html
    spec = json.loads(re.search(r'class="pb-spec">(.*?)</script>', html, re.S)[1])
    assert spec["kernel"] == "zipf_table" and len(spec["pictures"]) == 2


def test_the_same_figure_is_made_twice():
    assert page.figure(make()) == page.figure(make())


def test_tidying_shortens_coordinates_and_no_text():
    svg = '<svg width="1pt"><path d="M 1.23456 7.891"/><text x="3.14159">0.001</text></svg>'
    assert marks.tidy(svg) == '<svg><path d="M1.23 7.89" /><text x="3.14">0.001</text></svg>'


def test_a_drawing_has_few_elements_and_every_word_of_it():
    picture = make().picture()
    svg = picture.svg()
    texts = [t.get_text() for t in picture.figure.findobj(matplotlib.text.Text) if t.get_visible() and t.get_text()]
    drawn = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
    assert set(drawn) <= set(texts) and len(drawn) > 10
    shapes = re.findall(r"<(\w+)", svg)
    assert "use" not in shapes and "style" not in shapes
    assert len(shapes) < len(drawn) + 25


def test_what_is_drawn_alike_is_one_path_where_matplotlib_has_a_shape_and_places_of_it():
    tick, circle = "M 0 0 \nL 0 3.5 \n", "M 0 3 " + "C 1 3 2 2 3 0 " * 8 + "z"
    svg = (
        f'<svg><g id="matplotlib.axis_1"><g id="xtick_1"><defs><path id="m1" d="{tick}" style="stroke: red"/></defs>'
        '<g><use xlink:href="#m1" x="10" y="20" style="stroke: red"/></g><g id="text_1"><text x="1">1</text></g></g>'
        '<g id="xtick_2"><g><use xlink:href="#m1" x="30" y="20" style="stroke: red"/></g></g></g>'
        f'<g id="one-w0"><defs><path id="m2" d="{circle}" style="fill: blue"/></defs><g clip-path="url(#c)">'
        '<use xlink:href="#m2" x="5" y="5" style="fill: blue"/><use xlink:href="#m2" x="9" y="5" style="fill: blue"/></g></g></svg>'
    )
    assert slim.slim(svg.replace("<svg>", '<svg xmlns:xlink="http://www.w3.org/1999/xlink">')) == (
        '<svg><path d="M10 20L10 23.5M30 20L30 23.5" style="stroke: red" /><text x="1">1</text>'
        '<g id="one-w0"><g clip-path="url(#c)"><path d="M2 5a3 3 0 1 0 6 0a3 3 0 1 0 -6 0M6 5a3 3 0 1 0 6 0a3 3 0 1 0 -6 0" '
        'style="fill: blue" /></g></g></svg>'
    )


def test_marks_stand_in_the_svg_under_the_ids_the_script_looks_for():
    picture = make().picture()
    svg = picture.svg()
    for number in range(len(picture.marks)):
        assert f'id="test-zipf-w{number}"' in svg


def test_beside_an_exponent_stands_what_it_stands_for():
    trip = Slider("trip", "round trip, as a power of ten", -1, 5, step=0.1, value=3, power=(1e-6, "duration"))
    assert [trip.said(value) for value in (-1, 3, 5)] == ["100 ns", "1.00 ms", "100 ms"]
    assert Slider("n", "copies", 1, 9, step=1, value=3).said(3) == ""
    with pytest.raises(ValueError, match="format must be"):
        Slider("trip", "round trip", -1, 5, step=0.1, value=3, power=(1e-6, "weeks"))


def test_the_widgets_sliders_are_real_ipywidgets_with_the_ends_of_ours():
    widget = make().widget
    slider = widget.sliders["exponent"]
    assert (slider.min, slider.max, slider.step, slider.value) == (0, 2, 0.1, 1)
    slider.value = 2
    assert make().at(exponent=2)["cumulative"][0] == pytest.approx(
        registry["test-zipf"].at(exponent=2)["cumulative"][0]
    )
    assert widget.settings() == {"exponent": 2}


def test_evenly_spaced_numbers_come_back_from_their_ends_to_the_last_bit():
    def read(text):  # what page.js does with it
        if ":" not in text:
            return np.frombuffer(base64.b64decode(text))
        first, step, count, last = (float(part) for part in text.split(":"))
        return np.array([first + i * step if i + 1 < count else last for i in range(int(count))])

    even = [np.linspace(a, b, n) for a, b, n in ((0, 1, 101), (-10, 150, 321), (0.1, 0.7, 7), (0, 1, 7))]
    even += [np.arange(1200) + 0.5, np.arange(5.0)[::-1], np.full(9, 3.0)]
    for values in even:
        assert ":" in page.data(values)
        np.testing.assert_array_equal(read(page.data(values)), values)
    for values in (
        np.geomspace(1, 3600, 50),
        np.array([1.0, np.nan, 2, 3, 4]),
        np.array([np.inf] * 6),
        np.ones(2),
        np.zeros(0),
    ):
        assert ":" not in page.data(values)
        np.testing.assert_array_equal(read(page.data(values)), values)
