"""The HTML of a built page: a figure that stands still until the page's script wakes it, and the script's files."""

import base64
import html
import json
import pathlib

import numpy as np

from ..kernel import ARRAYS
from . import template
from .build import FOLDER, current, manifest, subjects
from .question import KINDS

HERE = pathlib.Path(__file__).parent
FAILED = "The sliders need WebAssembly, which this browser does not run here; the picture shows the first values."


def escape(text) -> str:
    return html.escape(str(text), quote=True)


def plain(value: float) -> str:
    """A number as a form field wants it: 3 rather than 3.0."""
    return f"{value:.12g}"


def data(values) -> str:
    """Floats as text: "first:step:count:last" where that is exactly what they are, else the bytes, little-endian, as base64."""
    array = np.asarray(values, dtype="<f8")
    count = array.size
    if array.ndim == 1 and count > 4 and np.isfinite(array).all():
        first, last = float(array[0]), float(array[-1])
        for step in (float(array[1] - array[0]), (last - first) / (count - 1)):
            if np.array_equal(first + np.arange(count - 1) * step, array[:-1]):
                return f"{first!r}:{step!r}:{count}:{last!r}"
    return base64.b64encode(array.tobytes()).decode()


WIDTHS = {"Uint8Array": "<u1", "Uint16Array": "<u2", "Int32Array": "<i4", "BigInt64Array": "<i8"}


def packed(values) -> dict:
    """Whole numbers in the narrowest of JavaScript's arrays that holds them all, in hexadecimal, and its name."""
    array = np.asarray(values, dtype=np.int64)
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    name = next(n for n, w in WIDTHS.items() if np.iinfo(w).min <= low and high <= np.iinfo(w).max)
    return {"type": name, "data": array.astype(WIDTHS[name]).tobytes().hex()}


def arguments(item) -> list[dict]:
    """The kernel's parameters in order, each with where its value comes from."""
    found = []
    for name, kind in item.kernel.parameters.items():
        letter = ("F" if ARRAYS[kind].kind == "f" else "I") if kind in ARRAYS else ("f" if kind is float else "i")
        entry = {"name": name, "kind": letter}
        if name in item.outputs:
            entry |= {"role": "output", "size": item.outputs[name]}
        elif name in item.scratch:
            entry |= {"role": "scratch", "size": item.scratch[name]}
        elif name in item.workspace:
            entry |= {"role": "workspace", "size": item.workspace[name]}
        elif name in item.sliders:
            entry["role"] = "slider"
        elif item.table and name in item.table.columns:
            entry |= {"role": "column", "size": item.table.size}
        elif item.table and name == item.table.count:
            entry["role"] = "count"
        elif kind in ARRAYS:
            values = item.inputs[name]
            entry |= {"role": "input", "size": int(np.size(values))}
            entry |= {"data": data(values)} if letter == "F" else packed(values)
        else:
            entry |= {"role": "number", "value": kind(item.inputs[name])}
        found.append(entry)
    return found


def specification(item, pictures) -> dict:
    """All that the page's script needs to move a figure, as JSON."""
    constants = {name: data(values) for p in pictures for name, values in p.constants.items()}
    spec = {
        "kernel": item.kernel.name,
        "subject": item.kernel.module,
        "arguments": arguments(item),
        "sliders": {s.name: {"low": s.low, "high": s.high, "step": s.step, "value": s.value, "unit": s.unit,
                             "words": list(s.words), "power": list(s.power)} for s in item.sliders.values()},
        "readouts": item.readouts,
        "alt": item.alt,
        "presets": item.presets,
        "whileDragging": item.while_dragging,
        "pictures": [p.layout() for p in pictures],
        "constants": constants,
    }  # fmt: skip
    if item.table:
        spec["table"] = {"columns": list(item.table.columns), "count": item.table.count, "size": item.table.size,
                         "text": item.table.text, "keys": item.table.keys}  # fmt: skip
    if hasattr(item, "tracks"):
        spec["player"] = {"tracks": list(item.tracks), "kinds": list(item.kinds), "series": item.series,
                          "end": item.end, "still": item.still, "speed": item.speed, "unit": item.time_unit}  # fmt: skip
    return spec


def check_templates(item, state) -> None:
    for text in (*item.readouts.values(), item.alt):
        template.check(text, state)


def figure(item, form=True) -> str:
    """The figure of an explorable or a player; without its form for a notebook, whose sliders are ipywidgets."""
    pictures = [item.picture(narrow=False), item.picture(narrow=True)]
    state = pictures[0].state
    check_templates(item, state)
    alt = escape(template.fill(item.alt, state))
    label = f'<svg role="img" aria-label="{alt}"'
    drawn = "".join(
        f'<div class="pb-{name}" style="aspect-ratio: {p.shape()}">{p.svg().replace("<svg", label, 1)}</div>'
        for name, p in zip(("wide", "narrow"), pictures, strict=True)
    )
    outputs = "".join(
        f'<output name="{escape(name)}">{escape(template.fill(text, state))}</output>'
        for name, text in item.readouts.items()
    )
    spec = json.dumps(specification(item, pictures), separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    problems = '<p class="pb-problems" role="status"></p>' if item.table else ""
    kind = "explorable player" if hasattr(item, "tracks") else "explorable"
    return (
        f'<figure class="{kind}" id="{item.id}" data-state="static" data-subjects="{item.kernel.module}">'
        f'<div class="pb-picture">{drawn}</div>{player_bar(item)}'
        f'<div class="pb-readouts" aria-live="polite">{outputs}</div>'
        f"{problems}{controls(item) if form else ''}"
        f'<p class="pb-failed" hidden>{FAILED}</p><noscript><p>{FAILED.replace("WebAssembly", "JavaScript")}</p></noscript>'
        f"<figcaption>{escape(item.caption)}</figcaption>"
        f'<script type="application/json" class="pb-spec">{spec}</script></figure>'
    )


def controls(item) -> str:
    """The form: a range and a number field a slider, presets, reset, a link to the present state."""
    rows = "".join(slider(item.id, s) for s in item.sliders.values())
    table = ""
    if item.table:
        name, label = f"{item.id}--table", escape(item.table.label)
        field = f'<textarea id="{name}" name="_table" rows="6" spellcheck="false">{escape(item.table.text)}</textarea>'
        table = f'<label class="pb-table" for="{name}">{label}{field}</label>'
    presets = "".join(f'<button type="button" data-preset="{escape(p)}">{escape(p)}</button>' for p in item.presets)
    return (
        f'<form class="pb-form" autocomplete="off"><fieldset disabled><legend class="pb-hidden">Settings of {item.id}</legend>'
        f'{rows}{table}<div class="pb-buttons">{presets}<button type="button" data-reset>Reset</button>'
        f'<a class="pb-link" href="#{item.id}">Link to this state</a></div></fieldset></form>'
    )


def slider(owner: str, s) -> str:
    bounds = f'min="{plain(s.low)}" max="{plain(s.high)}" step="{plain(s.step)}" value="{plain(s.value)}"'
    unit = f'<span class="pb-unit">{escape(s.unit)}</span>' if s.unit else ""
    said = s.said(s.value)
    word = f'<span class="pb-unit" data-word>{escape(said)}</span>' if said else ""
    name = f"{owner}--{s.name}"  # two hyphens: no id of another figure can be the same
    return (
        f'<div class="pb-slider"><label for="{name}">{escape(s.label)}</label>'
        f'<input type="range" id="{name}" name="{s.name}" {bounds}>'
        f'<input type="number" name="{s.name}" {bounds} aria-label="{escape(s.label)}, number">{unit}{word}</div>'
    )


def player_bar(item) -> str:
    if not hasattr(item, "tracks"):
        return ""
    return (
        f'<div class="pb-player"><button type="button" data-play disabled>Play</button>'
        f'<label for="{item.id}--now">time</label>'
        f'<input type="range" id="{item.id}--now" data-now min="0" max="{plain(item.end)}" step="any" value="{plain(item.still)}" disabled>'
        f"<span data-clock>{plain(item.still)} {escape(item.time_unit)}</span>"
        f'<label for="{item.id}--speed">speed</label><select id="{item.id}--speed" data-speed disabled>'
        + "".join(
            f'<option value="{plain(item.speed * f)}"{" selected" if f == 1 else ""}>{plain(f)}×</option>'
            for f in (0.25, 0.5, 1, 2, 4)
        )
        + "</select></div>"
    )


def challenge(item) -> str:
    """A challenge's box; the script watches its figure and says when the goal is met."""
    goal = escape(json.dumps({ref: list(ends) for ref, ends in item.goal.items()}))
    answer = ", ".join(f"{name} = {value:g}" for name, value in item.solution.items())
    return (
        f'<aside class="challenge" id="{item.id}" data-of="{item.of}" data-goal="{goal}">'
        f'<p class="pb-title">Challenge</p><p>{escape(item.ask)} <a href="#{item.of}">Go to the sliders</a></p>'
        f'<p class="pb-verdict" role="status" data-met="You found it." data-open="Not yet.">Not yet.</p>'
        f"<details><summary>Hint</summary><p>{escape(item.hint)}</p></details>"
        f"<details><summary>Give up</summary><p>{escape(answer)}</p></details></aside>"
    )


def choice(item) -> str:
    """A question with answers to choose from; each shows what it reveals."""
    options = "".join(
        f'<label><input type="radio" name="{item.id}" value="{i}"> <span>{escape(text)}</span></label>'
        f'<p class="pb-because" data-option="{i}" data-right="{str(text == item.right).lower()}" hidden>{escape(because)}</p>'
        for i, (text, because) in enumerate(item.options.items())
    )
    return (
        f'<form class="question" id="{item.id}" data-kind="{item.kind}"><fieldset>'
        f'<legend><span class="pb-title">{KINDS[item.kind]}</span> {escape(item.ask)}</legend>{options}</fieldset></form>'
    )


def number(item) -> str:
    """A question with a number field; the script compares with the answer."""
    unit = f'<span class="pb-unit">{escape(item.unit)}</span>' if item.unit else ""
    return (
        f'<form class="question" id="{item.id}" data-kind="{item.kind}" data-answer="{float(item.answer)!r}" '
        f'data-tolerance="{item.tolerance!r}"><p><span class="pb-title">{KINDS[item.kind]}</span> '
        f'<label for="{item.id}-field">{escape(item.ask)}</label></p>'
        f'<p><input type="text" inputmode="decimal" id="{item.id}-field" name="answer" size="10">{unit} '
        f'<button type="submit">Check</button></p><p class="pb-verdict" role="status"></p>'
        f'<p class="pb-because" hidden>{escape(item.because)}</p></form>'
    )


def module(subject: str) -> dict:
    """A subject's kernels and WebAssembly for the page's script, in hexadecimal: gzip finds what repeats, as in the bytes.

    Raises RuntimeError if they were compiled from other sources than these.
    """
    if not current(subject):
        raise RuntimeError(
            f"the WebAssembly of perfbook.{subject} is not of this source: run `python -m perfbook.explore.build`"
        )
    wasm = (FOLDER / f"{subject}.wasm").read_bytes()
    return {"kernels": manifest()[subject]["kernels"], "wasm": wasm.hex()}


def assets() -> dict[str, str]:
    """The files of the page's script by name: page.js, page.css and a classic script a subject with its wasm."""
    files = {name: (HERE / name).read_text(encoding="utf-8") for name in ("page.js", "page.css")}
    for subject in subjects():
        body = json.dumps(module(subject), separators=(",", ":"))
        files[f"{subject}.js"] = f"(globalThis.perfbookModules ??= {{}})[{json.dumps(subject)}] = {body};\n"
    return files
