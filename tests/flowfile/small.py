"""A library small enough to break on purpose: one conversation, one tip, and the standard files as shipped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "flows"

FLOW = """\
flow: sample
title: "A sample"
status: draft
sources: [house]
steps:
  - ask: pain
    kind: scale
    text:
      en: "How bad is it? Reply 0 to 10."
      es: "¿Cuánto le duele? Responda de 0 a 10."
    answers:
      - when: 8..10
        red_flag: uncontrolled_pain
      - when: 0..7

  - ask: danger
    kind: yes_no
    text:
      en: "Is there trouble? Reply YES or NO."
      es: "¿Hay problemas? Responda SÍ o NO."
    answers:
      - when: yes
        red_flag: [cauda_equina, motor_deficit, infection, csf_leak, opioid_emergency, dvt, pe, fall]
      - when: no

  - ask: where
    kind: choice
    text:
      en: "Where is it? 1 back 2 leg. Reply 1 or 2."
      es: "¿Dónde es? 1 espalda 2 pierna. Responda 1 o 2."
    options:
      - name: back
        label: {en: "back", es: "espalda"}
      - name: leg
        label: {en: "leg", es: "pierna"}
    answers:
      - when: back
      - when: leg
        goto: close

  - ask: days
    kind: number
    low: 0
    high: 30
    unit: days
    text:
      en: "How many days? Reply a number."
      es: "¿Cuántos días? Responda un número."
    answers:
      - when: ..3
      - when: 4..

  - say: close
    text:
      en: "Thank you."
      es: "Gracias."
"""

PLAN = """\
weekly_line_every: 7
nudge_after: 4h
expires_after: 20h
items:
  - {item: first, day: 0, at: "10:00", until: "13:00", flow: sample}
  - {item: advice, day: 0, at: "15:00", until: "17:00", tip: walk}
  - {item: second, day: 1, at: "10:00", until: "13:00", flow: sample}
touches_a_day: 5
"""

TIPS = """\
status: draft
valid_for: 4h
tips:
  walk:
    topic: walking
    text:
      en: "Walk a little."
      es: "Camine un poco."
    sources: [S6]
"""


def small() -> dict[str, str]:
    shipped = {name: (SHIPPED / name).read_text("utf-8") for name in ("practice.yaml", "notices.yaml", "redflags.yaml")}
    return {**shipped, "plan.yaml": PLAN, "tips.yaml": TIPS, "sample.yaml": FLOW}


def broken(file: str, old: str, new: str) -> Mapping[str, str]:
    """The small library with one change. The text to change must be there, once."""
    sources = small()
    assert sources[file].count(old) == 1, f"{old!r} stands {sources[file].count(old)} times in {file}"
    return {**sources, file: sources[file].replace(old, new)}


def marked_line(text: str) -> int:
    """The number of the line that ends in the mark "#!"."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.endswith("#!"))
