"""What is heard in a text, what is let go and why: one table a promise of the labelling guide."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.redflag.canary import CANARIES, Canary, unheard
from bot.core.redflag.phrases import Intent
from bot.core.redflag.screen import Heard, screen
from bot.core.redflag.table import CONCEPTS, Concern
from tests.core.redflag.evaluate import DATA, shipped_phrases

PHRASES = shipped_phrases()


def hear(text: str) -> Heard:
    return screen(text, PHRASES)


def concepts(text: str) -> set[str]:
    return {concern.concept for concern in hear(text).concerns}


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.text)
def test_every_plain_emergency_is_heard(canary: Canary) -> None:
    assert canary.concept in concepts(canary.text)


def test_every_concept_has_a_canary_and_all_sing() -> None:
    assert {canary.concept for canary in CANARIES} == set(CONCEPTS)
    assert list(unheard(PHRASES)) == []


DENIED = [
    "no fever no chills no drainage",
    "no fever, chills, pus, redness or swelling",
    "havent had any chest pain or trouble breathing since i got home",
    "chest pain? no. short of breath? no. calf? nope.",
    "fever: none. drainage: none. pain: 3",
    "fiebre no, escalofrios no, vomito tampoco",
    "sin fiebre, sin pus, herida seca",
    "my calf is not swollen",
    "nothing is oozing",
]


@pytest.mark.parametrize("text", DENIED)
def test_what_is_plainly_denied_is_let_go_and_needs_no_review(text: str) -> None:
    heard = hear(text)

    assert heard.flags == ()
    assert heard.review == ()


CHEST = "chest"
"""For chest words the tier counts, not which of the two emergencies is named (labelling guide)."""

DENIED_BESIDE = [
    ("No fever no pus but I can't pee", "cauda_equina"),
    ("no fever, my calf hurts", "dvt"),
    ("no fever and my leg is weak", "motor_deficit"),
    ("no, chest pain", CHEST),
    ("chest pain, no fever", CHEST),
    ("no tengo fiebre me duele el pecho", CHEST),
    ("no one told me pus was bad, its leaking pus", "infection"),
    ("not sure if its a fever but 102", "infection"),
    ("no relief from the leg pain", "uncontrolled_pain"),
    ("never had chest pain this bad before", CHEST),
    ("why is no one answering my leg is numb", "motor_deficit"),
    ("cant breathe and chest pain", "pe"),
]


@pytest.mark.parametrize(("text", "concept"), DENIED_BESIDE)
def test_a_denial_silences_only_what_it_denies(text: str, concept: str) -> None:
    assert concepts(text) & ({"pe", "stroke_mi"} if concept == CHEST else {concept})


NEGATIVES_THEMSELVES = [
    ("I can't pee", "cauda_equina"),
    ("no feeling in my butt cheeks", "cauda_equina"),
    ("my leg has no strength", "motor_deficit"),
    ("I cannot stop the bleeding", "other_urgent"),
    ("he wont wake up", "opioid_emergency"),
    ("no poop in 5 days", "other_urgent"),
    ("no puedo respirar", "pe"),
    ("no aguanto el dolor", "uncontrolled_pain"),
    ("i dont want to be here anymore", "self_harm"),
]


@pytest.mark.parametrize(("text", "concept"), NEGATIVES_THEMSELVES)
def test_red_flags_that_are_negatives_are_no_denials(text: str, concept: str) -> None:
    assert concept in concepts(text)


FOR_REVIEW = [
    ("I had a blood clot in my lung in 2011", "pe"),
    ("before surgery my leg was numb all the time", "motor_deficit"),
    ("if I can't pee who do I call after hours", "cauda_equina"),
    ("what if i cant breathe", "pe"),
    ("my neighbor had a stroke yesterday", "stroke_mi"),
    ("my dad is having chest pains so i'll miss my 2pm", "pe"),
    ("si me llega a dar dolor de pecho hablo al 911 o a ustedes", "pe"),
]


@pytest.mark.parametrize(("text", "concept"), FOR_REVIEW)
def test_an_emergency_past_supposed_or_anothers_is_for_review(text: str, concept: str) -> None:
    heard = hear(text)

    assert heard.flags == ()
    assert concept in {flag.concern.concept for flag in heard.review}


TOLD_BY_FAMILY = [
    ("my husband wont wake up", "opioid_emergency"),
    ("mom fell again. she got up on her own", "fall"),
    ("this is her sister, her leg is red and she says the calf hurts", "dvt"),
    ("mi esposo no puede agarrar aire, se opero con ustedes", "pe"),
]


@pytest.mark.parametrize(("text", "concept"), TOLD_BY_FAMILY)
def test_close_family_may_be_writing_about_the_patient(text: str, concept: str) -> None:
    assert concept in concepts(text)


WHILE_MOVING = ["it hurts to breathe and if i cough my chest hurts", "if i stand my head pounds, lying down im fine"]


@pytest.mark.parametrize("text", WHILE_MOVING)
def test_if_i_move_supposes_nothing(text: str) -> None:
    assert concepts(text)


SEVERE = [
    ("fell and hit my head, im on eliquis", Concern("fall", severe=True)),
    ("fell in the kitchen and I cant get up", Concern("fall", severe=True)),
    ("my lips and tongue are swelling", Concern("allergic_reaction", severe=True)),
    ("hives on my arms", Concern("allergic_reaction")),
    ("fever 103 and he is confused", Concern("infection", severe=True)),
    ("the bleeding wont stop", Concern("other_urgent", severe=True)),
    ("stiff neck, 102.5 fever, wound dripping clear", Concern("csf_leak", severe=True)),
    ("no puedo mover las piernas", Concern("motor_deficit", severe=True)),
]


@pytest.mark.parametrize(("text", "concern"), SEVERE)
def test_the_severe_form_is_told_apart(text: str, concern: Concern) -> None:
    assert concern in hear(text).concerns


ONE_SIDE = [
    ("my left leg got weaker since yesterday", Concern("motor_deficit")),
    ("la pierna derecha la tengo mas debil que ayer", Concern("motor_deficit")),
    ("left leg is weak", Concern("motor_deficit")),
    ("my calf hurts", Concern("dvt")),
    ("me duele la pantorrilla", Concern("dvt")),
]
"""The guide: one weak leg is not the severe form, and a calf's pain by itself is a clot's red flag."""


@pytest.mark.parametrize(("text", "concern"), ONE_SIDE)
def test_one_weak_leg_or_a_calf_s_pain_alone_is_heard_in_its_lesser_form(text: str, concern: Concern) -> None:
    assert hear(text).concerns == (concern,)


SPELLED = [
    "i cnt pee",
    "I CAN’T PEE",
    "i caaaant peee",
    "i can not pee",
    "i саn't рее",  # Cyrillic look-alikes
    "i can\u200bt p\u200bee",
    "no puedo orinár",
    "no puedo horinar",
    "ｉ ｃａｎ'ｔ ｐｅｅ",
    "I CAN`T PEE!!!!",
    "i cantpee",
    "icantpee",
    "i c a n t  p e e",
    "cnat pee",
    "nopuedoorinar",
]


@pytest.mark.parametrize("text", SPELLED)
def test_spelling_and_hidden_characters_do_not_matter(text: str) -> None:
    assert "cauda_equina" in concepts(text)


SAYINGS = [
    "this brace is killing me lol so itchy",
    "fell asleep during your check in sorry!! all good",
    "nearly had a heart attack when i saw the bill",
    "netflix and chill every day",
    "ya cayo la quincena, paso a pagar el viernes",
    "me muero de risa con mis nietos",
]


@pytest.mark.parametrize("text", SAYINGS)
def test_sayings_are_not_symptoms(text: str) -> None:
    assert concepts(text) == set()


def test_a_saying_does_not_hide_a_red_flag_beside_it() -> None:
    assert concepts("fell asleep on the couch, woke up and cant feel my bottom") == {"cauda_equina"}


def test_a_flag_says_what_was_heard_where_and_by_which_rule() -> None:
    text = "Hi! No fever, but I can't pee."

    (flag,) = hear(text).flags

    assert text[flag.start : flag.end] == flag.quote == "can't pee"
    assert (flag.concern, flag.rule, flag.version) == (
        Concern("cauda_equina"),
        "cannot-pass-urine",
        PHRASES.version,
    )
    assert flag.denial == "the 'no' in this sentence is not said of these words"


def opt_outs() -> list[tuple[str, bool]]:
    lines = (DATA / "opt_out.jsonl").read_text("utf-8").splitlines()
    return [(row["text"], row["opt_out"]) for row in map(json.loads, lines)]


@pytest.mark.parametrize(("text", "wanted"), opt_outs())
def test_a_wish_for_no_more_texts_is_told_from_other_stopping(text: str, wanted: bool) -> None:  # noqa: FBT001
    assert hear(text).opt_out is wanted


@pytest.mark.parametrize("text", ["STOP. i cant breathe", "please stop texting me, my leg is numb"])
def test_a_wish_for_no_more_texts_cancels_no_red_flag(text: str) -> None:
    heard = hear(text)

    assert heard.opt_out
    assert heard.flags


INTENTS = [
    ("you have the wrong number", Intent.WRONG_NUMBER),
    ("numero equivocado, yo no soy paciente", Intent.WRONG_NUMBER),
    ("he passed away last week", Intent.DEATH),
    ("mi mama fallecio", Intent.DEATH),
    ("I'm driving right now and will reply later", Intent.ROBOT),
    ("can I talk to a nurse", Intent.WANTS_PERSON),
    ("quiero hablar con una enfermera", Intent.WANTS_PERSON),
    ("en español por favor", Intent.WANTS_SPANISH),
    ("english please", Intent.WANTS_ENGLISH),
]


@pytest.mark.parametrize(("text", "intent"), INTENTS)
def test_what_else_a_text_asks_for(text: str, intent: Intent) -> None:
    assert intent in hear(text).intents


@pytest.mark.parametrize("text", (DATA / "plain.txt").read_text("utf-8").splitlines())
def test_plain_replies_alarm_nobody(text: str) -> None:
    assert hear(text).flags == ()


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "...", "👍", "ok", "7"])
def test_texts_without_news_are_quiet(text: str) -> None:
    assert hear(text) == Heard()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_answered_with_spans_of_the_text_itself(text: str) -> None:
    first, second = hear(text), hear(text)

    assert first == second
    for flag in (*first.flags, *first.review):
        assert text[flag.start : flag.end] == flag.quote
        assert flag.quote


WORDS = [
    "no",
    "not",
    "fever",
    "leg",
    "numb",
    ",",
    ".",
    "?",
    "but",
    "and",
    "my",
    "mom",
    "if",
    "before",
    "surgery",
    "cant",
    "pee",
    "chest",
    "pain",
    "102",
    "fell",
    "ago",
    "the",
    "is",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_clinical_words_in_any_order_are_answered(words: list[str]) -> None:
    text = " ".join(words)

    for flag in hear(text).flags:
        assert text[flag.start : flag.end] == flag.quote
