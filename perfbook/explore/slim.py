"""A drawing of matplotlib's, with a fifth of its elements: what a reader's browser has to keep for every figure of a page.

matplotlib wraps each tick, each stroke and each text in groups of their own and points at a tick's or a dot's shape with
``<use>``, which a browser copies each time. Here the groups without an id go, and what is drawn alike becomes one path.
"""

import re
import xml.etree.ElementTree as ElementTree

AXIS = re.compile(r"matplotlib\.axis_\d+")
NUMBERS = re.compile(r"-?[\d.]+(?:e-?\d+)?")
COMMANDS = re.compile(r"([MLCQz])([^MLCQz]*)")
# What stands in page.css for all of them, or is so anyway.
TEXT_DEFAULTS = ("fill: var(--pb-ink)", "text-anchor: start")
NOT_TURNED = re.compile(r"rotate\(-?0(\.0*)?[ ,)]")


def slim(svg: str) -> str:
    """The same drawing: ids of matplotlib's own gone, those of marks kept with their group."""
    root = ElementTree.fromstring(
        re.sub(r'\s(?:xmlns(?::xlink)?|version)="[^"]*"', "", svg).replace("xlink:href", "href")
    )
    shapes = {}
    for defs in root.iter("defs"):
        for child in list(defs):
            if child.tag == "style":  # of every element of the page, and in page.css
                defs.remove(child)
            elif child.tag == "path" and "id" in child.attrib:
                shapes[f"#{child.get('id')}"] = child
                defs.remove(child)
    flat = flattened(root, shapes)
    root[:] = merged(flat)
    for element in root.iter():
        if element.tag != "text" and element.tag != "tspan" and not (element.text or "").strip():
            element.text = None
        element.tail = None
    return ElementTree.tostring(root, encoding="unicode")


def flattened(parent, shapes) -> list:
    """What is drawn in a group, without the groups inside that have no id to be found by."""
    found = []
    for child in parent:
        if child.tag == "g":
            name, inside = child.attrib.pop("id", None), flattened(child, shapes)
            if name and AXIS.fullmatch(name):
                found += merged(inside, apart=True)
            elif name and "_" not in name:  # a mark's: matplotlib's own are patch_3 and the like
                group = ElementTree.Element("g", id=name)
                group[:] = merged(inside, apart=True)
                found.append(group)
            elif child.attrib:  # such as a group's own clip
                child[:] = merged(inside)
                found.append(child)
            else:
                found += inside
        elif child.tag == "defs":
            if len(child):
                found.append(child)
        elif child.tag == "use" and child.get("href") in shapes:
            found.append(used(child, shapes[child.get("href")]))
        elif child.tag == "path":
            child.attrib.pop("id", None)
            style = styles(child.get("style"))
            if style.get("fill") == "none" and style.get("stroke", "none") == "none":
                continue
            child.set("d", short(child.get("d", "")))
            found.append(child)
        else:
            if child.tag == "text":
                plain(child)
            found.append(child)
    return found


def merged(elements, apart=False) -> list:
    """The elements with paths that are drawn alike joined: neighbours, or all of them where the order is no matter."""
    found, alike = [], {}
    for element in elements:
        key = element.tag == "path" and tuple(sorted((k, v) for k, v in element.attrib.items() if k != "d"))
        if key and key in alike and (apart or "opacity" not in element.get("style", "")):
            alike[key].set("d", alike[key].get("d") + element.get("d"))
            continue
        if not apart:
            alike.clear()
        if key:
            alike[key] = element
        found.append(element)
    return found


def used(use, shape):
    """A path in place of a ``<use>`` of it: moved to its place, in its style."""
    x, y = float(use.get("x", 0)), float(use.get("y", 0))
    style = styles(use.get("style")) | styles(shape.get("style"))
    path = ElementTree.Element("path", d=short(shape.get("d"), x, y), style=css(style))
    if "clip-path" in use.attrib:
        path.set("clip-path", use.get("clip-path"))
    return path


def short(d: str, x=0.0, y=0.0) -> str:
    """A path moved by ``x`` and ``y``, in hundredths of a point, and a circle as two arcs."""
    steps = [(command, [float(n) for n in NUMBERS.findall(numbers)]) for command, numbers in COMMANDS.findall(d)]
    if "".join(command for command, _ in steps) == "MCCCCCCCCz":
        radius = abs(steps[0][1][1])
        r, across = number(radius), number(2 * radius)
        return f"M{number(x - radius)} {number(y)}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0 -{across} 0"
    return "".join(
        command + " ".join(number(v + (y if i % 2 else x)) for i, v in enumerate(values)) for command, values in steps
    )


def number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def plain(text) -> None:
    """A text without the family that the page chooses, and without what is so anyway."""
    style = [f"{k}: {v}" for k, v in styles(text.get("style")).items() if k != "font-family"]
    style = [part for part in style if part not in TEXT_DEFAULTS]
    text.attrib.pop("style", None)
    if style:
        text.set("style", "; ".join(style))
    if NOT_TURNED.match(text.get("transform", "")):
        del text.attrib["transform"]


def styles(text) -> dict:
    return dict(re.split(r":\s*", part.strip(), maxsplit=1) for part in (text or "").split(";") if part.strip())


def css(style) -> str:
    return "; ".join(f"{k}: {v}" for k, v in style.items())
