"""Draws a flow as SVG: steps in layers from the opening down, red-flag exits in red with their own sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from bot.core.flow import Ask, Branch, Flow, Say, Score, Step
from bot.core.redflag.table import RedFlagTable, Tier
from bot.flowfile.written import answers

WIDTH, HEIGHT, ACROSS, DOWN, MARGIN, LONGEST_LABEL = 200, 56, 60, 64, 120, 24
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#14181f}.kind{fill:#5d6675;font-size:11px}"
    ".step{fill:#fff;stroke:#0b6b6b}.say{fill:#f6f7f9;stroke:#5d6675}.end{fill:#e3f3f2;stroke:#0b6b6b}"
    ".emergency{fill:#fdecea;stroke:#b3201b;stroke-width:2}.same_day{fill:#fff3dc;stroke:#8a4b00;stroke-width:2}"
    ".way{fill:none;stroke:#5d6675}.alarm{fill:none;stroke:#b3201b;stroke-dasharray:4 3}.on{font-size:11px}"
)


@dataclass(frozen=True, slots=True)
class Box:
    name: str
    kind: str
    title: str
    below: str
    layer: int
    place: int

    @property
    def x(self) -> int:
        return MARGIN + self.place * (WIDTH + ACROSS)

    @property
    def y(self) -> int:
        return MARGIN + self.layer * (HEIGHT + DOWN)


@dataclass(frozen=True, slots=True)
class Way:
    source: str
    target: str
    label: str
    is_alarm: bool = False


def svg(flow: Flow, table: RedFlagTable) -> str:
    """The whole drawing; titles tell a screen reader what a box is."""
    ways = ways_of(flow, table)
    boxes = boxes_of(flow, table, ways)
    width = max(box.x for box in boxes.values()) + WIDTH + MARGIN
    height = max(box.y for box in boxes.values()) + HEIGHT + MARGIN
    drawn = [_line(boxes[way.source], boxes[way.target], way) for way in ways]
    drawn += [_box(box) for box in boxes.values()]
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    return "\n".join([head, f"<title>{escape(flow.title)}</title><style>{_STYLE}</style>", *drawn, "</svg>"]) + "\n"


def ways_of(flow: Flow, table: RedFlagTable) -> list[Way]:
    """Every way between two boxes once. A red flag's box is called "!" and its concept."""
    ways: list[Way] = []
    for step in flow.steps:
        after = flow.after(step.name)
        if isinstance(step, Say):
            ways.append(Way(step.name, step.goto or after, ""))
            continue
        for branch in step.branches:
            ways += _of_branch(step, branch, branch.goto or after, table)
        if not step.branches or isinstance(step, Score):
            ways.append(Way(step.name, after, "" if not step.branches else "no score"))
    return _merged(ways)


def _of_branch(step: Step, branch: Branch, target: str, table: RedFlagTable) -> list[Way]:
    label = answers(branch.when) + (" if…" if branch.condition else "")
    alarms = [
        Way(step.name, alarm(concern.concept, severe=concern.severe), label, is_alarm=True)
        for concern in branch.red_flags
    ]
    # After an emergency the script falls silent, so no way leads on.
    goes_on = table.tier(branch.red_flags) is not Tier.EMERGENCY
    return [*alarms, *([Way(step.name, target, label)] if goes_on else [])]


def _merged(ways: list[Way]) -> list[Way]:
    """One line between two boxes, with everything that leads along it."""
    labels: dict[tuple[str, str, bool], list[str]] = {}
    for way in ways:
        labels.setdefault((way.source, way.target, way.is_alarm), []).append(way.label)
    return [Way(*key[:2], ", ".join(dict.fromkeys(filter(None, found))), key[2]) for key, found in labels.items()]


def alarm(concept: str, *, severe: bool) -> str:
    """The name of a red flag's box."""
    return f"!{concept}{' (severe)' if severe else ''}"


def boxes_of(flow: Flow, table: RedFlagTable, ways: list[Way]) -> Mapping[str, Box]:
    """What is drawn, by name, from the opening down."""
    layers = _layers(flow, ways)
    places: dict[int, int] = {}
    boxes: dict[str, Box] = {}
    for name, layer in sorted(layers.items(), key=lambda pair: (pair[1], pair[0].startswith("!"))):
        kind, title, below = _face(name, flow, table)
        boxes[name] = Box(name, kind, title, below, layer, places.setdefault(layer, 0))
        places[layer] += 1
    return boxes


def _layers(flow: Flow, ways: list[Way]) -> Mapping[str, int]:
    """Each box one layer below the lowest that leads to it; files only lead downwards, so one pass is enough."""
    layers = {flow.steps[0].name: 0}
    for step in flow.steps:
        here = layers.setdefault(step.name, 0)
        for way in ways:
            if way.source == step.name:
                layers[way.target] = max(layers.get(way.target, 0), here + 1)
    return layers


def _face(name: str, flow: Flow, table: RedFlagTable) -> tuple[str, str, str]:
    if name.startswith("!"):
        concept, _, severe = name[1:].partition(" ")
        handling = table.concepts[concept].severe if severe else table.concepts[concept].usual
        tier = (handling or table.concepts[concept].usual).tier
        return tier.value, f"\u26a0 {name[1:].replace('_', ' ')}", tier.value.replace("_", " ")
    step = flow.step(name)
    if isinstance(step, Ask):
        return "step", name, step.question.kind.value
    if isinstance(step, Score):
        return "step", name, f"{step.by.value} of {len(step.of)}"
    return ("say", name, "says") if isinstance(step, Say) else ("end", "end", "")


def _box(box: Box) -> str:
    name, below = escape(box.title), escape(box.below)
    text = f'<text x="{box.x + 12}" y="{box.y + 24}">{name}</text>'
    text += f'<text class="kind" x="{box.x + 12}" y="{box.y + 42}">{below}</text>'
    shape = f'<rect class="{box.kind}" x="{box.x}" y="{box.y}" width="{WIDTH}" height="{HEIGHT}" rx="10"/>'
    return f"<g><title>{name}, {below}</title>{shape}{text}</g>"


def _line(source: Box, target: Box, way: Way) -> str:
    """Straight down to the next layer; round the left of whatever lies between where it is further."""
    x1, y1 = source.x + WIDTH // 2, source.y + HEIGHT
    x2, y2 = target.x + WIDTH // 2, target.y
    if target.layer - source.layer > 1 and not way.is_alarm:
        out = min(source.x, target.x) - 24 * (target.layer - source.layer)
        y1, y2 = y1 - HEIGHT // 2, y2 + HEIGHT // 2
        path = f"M{source.x} {y1}C{out} {y1} {out} {y2} {target.x} {y2}"
        return _drawn(way, path, source.x - 40, y1 + 16)
    middle = (y1 + y2) // 2
    path = f"M{x1} {y1}C{x1} {middle} {x2} {middle} {x2} {y2}"
    return _drawn(way, path, *((x2 + 6, y2 - 6) if way.is_alarm else (x1 + 6, y2 - 6)))


def _drawn(way: Way, path: str, x: int, y: int) -> str:
    """The line, and its label: cut short where it is long, and whole in the title."""
    short = way.label if len(way.label) <= LONGEST_LABEL else f"{way.label[: LONGEST_LABEL - 1]}\u2026"
    title = f"<title>{escape(f'{way.source} to {way.target}: {way.label}')}</title>"
    label = f'<text class="on" x="{x}" y="{y}">{escape(short)}</text>' if short else ""
    return f'<g>{title}<path class="{"alarm" if way.is_alarm else "way"}" d="{path}"/>{label}</g>'
