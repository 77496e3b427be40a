"""A few plain emergencies that any phrases must hear, whoever edited them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.redflag.phrases import Intent, Phrases
from bot.core.redflag.screen import screen


@dataclass(frozen=True, slots=True)
class Canary:
    text: str
    concept: str


CANARIES = tuple(
    Canary(text, concept)
    for concept, texts in {
        "cauda_equina": ("I cant pee", "numb between my legs", "no puedo orinar", "no siento cuando me limpio"),
        "motor_deficit": ("I cant move my leg", "my foot drags", "no puedo mover la pierna"),
        "hardware": ("I heard a pop in my back", "me trono la espalda"),
        "infection": ("pus coming out of my incision", "fever 102", "me sale pus de la herida"),
        "csf_leak": ("clear fluid leaking from my incision", "me sale agua clara de la herida"),
        "opioid_emergency": ("I cant wake him up", "no puedo despertar a mi esposo"),
        "self_harm": ("I want to kill myself", "me quiero matar"),
        "allergic_reaction": ("hives all over", "tengo ronchas en todo el cuerpo"),
        "uncontrolled_pain": ("pain 10/10 and the meds do nothing", "no aguanto el dolor"),
        "dvt": ("my calf is swollen", "tengo la pantorrilla hinchada"),
        "pe": ("STOP. i cant breathe", "no puedo respirar"),
        "stroke_mi": ("my face is drooping", "tengo la cara chueca"),
        "fall": ("I fell", "me cai"),
        "other_urgent": ("the bleeding wont stop", "no para de sangrar"),
    }.items()
    for text in texts
)


OPT_OUTS = ("STOP", "please stop texting me", "take me off this list", "unsubscribe", "ya no me manden mensajes")
SILENCING = frozenset({Intent.ROBOT, Intent.WRONG_NUMBER, Intent.DEATH})
"""What is taken for one of these is answered with silence, or ends the texts."""


def unheard(phrases: Phrases) -> Iterator[str]:
    """What is wrong with these phrases, a sentence each: an emergency not heard, or taken for a robot's words."""
    for canary in CANARIES:
        heard = screen(canary.text, phrases)
        if canary.concept not in {concern.concept for concern in heard.concerns}:
            yield f'these phrases no longer hear "{canary.text}" as {canary.concept}'
        if mistaken := sorted(heard.intents & SILENCING):
            yield f'these phrases take "{canary.text}" for {mistaken[0]}'
        if heard.opt_out and not canary.text.startswith("STOP"):
            yield f'these phrases take "{canary.text}" for a wish for no more texts'
    for text in OPT_OUTS:
        if not screen(text, phrases).opt_out:
            yield f'these phrases no longer honour "{text}" as a wish for no more texts'
