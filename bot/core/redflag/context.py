"""Whether words that name a red flag are denied, over, only supposed, or about somebody else.

Each way to let a finding go is a short, explicit form bound to its words; whatever fits none of them is heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.redflag.matching import Match, Sheet
from bot.core.redflag.phrases import Doubt, Phrases, Rule
from bot.core.redflag.tokens import Sentence

FARTHEST = 30
"""How many words away something may be that says a finding is past, supposed or another's."""
FARTHEST_DENIAL = 18
"""How many words a list of denied things may run ("no fever, chills, pus, redness or swelling")."""
GONE_WITHIN = 8
EXCEPT = {"no": "not_a_no", "gone": "not_gone", "if_words": "not_if", "other_body": "not_other"}
"""Cues that do not count inside longer ones: "not sure" denies nothing."""
MOST_JUDGED = 40
"""How many findings are judged in one text. What comes after so many is heard without asking."""
LONG_AGO = (1940, 2024)
BEFORE_A_YEAR = frozenset({"my", "mi", "la", "in", "en", "since", "back", "around", "of", "del", "from", "was"})


@dataclass(frozen=True, slots=True)
class Judgement:
    doubt: Doubt | None
    why: str = ""


HEARD = Judgement(None)
UNJUDGED = Judgement(None, "too much is named in this text to judge each; heard")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's words found in a text.

    `own` marks the words that the phrase itself asked for: the "no" of "no strength" denies nothing.
    """

    rule: Rule
    match: Match
    own: int = 0

    @property
    def grave(self) -> bool:
        """Worth a look by staff even when it is past, supposed or another's."""
        return self.rule.concern.is_grave


class Scene:
    """One text's cues as rows of bits, worked out when the first finding needs them."""

    def __init__(self, sheet: Sheet, phrases: Phrases) -> None:
        self.sheet = sheet
        self.reading = sheet.reading
        self.words = sheet.reading.words
        self._phrases = phrases
        self._rows: dict[str, int] = {}
        self._judged: dict[tuple[Match, frozenset[Doubt], int, bool], Judgement] = {}

    def judge(self, finding: Finding) -> Judgement:
        """Whether these words are to be let go, and why. Judged once however many rules find the same words."""
        asked = (finding.match, finding.rule.despite, finding.own, finding.grave)
        judgement = self._judged.get(asked)
        if judgement is None:
            if len(self._judged) >= MOST_JUDGED:
                return UNJUDGED
            judgement = self._judged[asked] = _judge(self, *asked)
        return judgement

    def row(self, cue: str) -> int:
        """Every word taken up by this cue."""
        bits = self._rows.get(cue)
        if bits is None:
            bits = self.sheet.covered(self._phrases.cue(cue))
            if cue in EXCEPT:
                bits &= ~self.row(EXCEPT[cue])
            if cue == "past":
                bits |= self._years()
            self._rows[cue] = bits
        return bits

    def _years(self) -> int:
        """ "in 2019", "hace 5 años": a class of words cannot hold numbers."""
        bits = 0
        for place, (word, value) in enumerate(zip(self.words, self.reading.values, strict=True)):
            year = value is not None and len(word) == 4 and LONG_AGO[0] <= value <= LONG_AGO[1]
            if year and self.words[max(0, place - 1)] in BEFORE_A_YEAR:
                bits |= 1 << place
            if word == "hace" and self.words[place + 2 : place + 3] in (["anios"], ["anio"], ["meses"]):
                bits |= 1 << place
        return bits

    def has(self, cue: str, place: int) -> bool:
        return bool(self.row(cue) >> place & 1)

    def within(self, cue: str, first: int, after: int) -> bool:
        return after > first and bool(self.row(cue) >> first & ((1 << after - first) - 1))

    def last(self, cue: str, first: int, after: int) -> int:
        """The last of the words first..after-1 that this cue takes up; one before the first of them if none."""
        return first + (self.row(cue) >> first & ((1 << max(after - first, 0)) - 1)).bit_length() - 1

    def places(self, cue: str, first: int, after: int) -> Iterator[int]:
        """Each of the words first..after-1 that this cue takes up, from the last to the first."""
        bits = self.row(cue) >> first & ((1 << max(after - first, 0)) - 1)
        while bits:
            place = bits.bit_length() - 1
            yield first + place
            bits ^= 1 << place

    def around(self, match: Match) -> Sentence:
        """The sentence of these words, or what is near of one that never ends."""
        whole = self.reading.sentence_of(match.first)
        first, after = max(whole.first, match.first - FARTHEST), min(whole.after, match.after + FARTHEST)
        return Sentence(first, after, whole.asks)

    def soft(self, place: int) -> bool:
        return bool(self.reading.soft >> place & 1)

    def hard(self, place: int) -> bool:
        return place >= len(self.words) or bool(self.reading.hard >> place & 1)


def _judge(scene: Scene, match: Match, despite: frozenset[Doubt], own: int, grave: bool) -> Judgement:  # noqa: FBT001
    """The first doubt that holds for these words and that the rule heeds.

    What is `grave` is let go only for a doubt that is said outright, not for one that is merely likely.
    """
    sentence = scene.around(match)
    for doubt, ask in ASKED:
        if doubt is Doubt.DENIED and doubt not in despite and (why := _denied_inside(scene, match, own)):
            return Judgement(doubt, why)
        if doubt not in despite and (why := ask(scene, match, sentence)):
            return Judgement(doubt, why)
    if not grave and Doubt.DENIED not in despite and (likely := _likely(scene, match, sentence)).doubt:
        return likely
    if scene.within("no", sentence.first, sentence.after):
        return Judgement(None, "the 'no' in this sentence is not said of these words")
    return HEARD


# Denied ---------------------------------------------------------------------------------------------------------


def _denied(scene: Scene, match: Match, sentence: Sentence) -> str:
    return _denied_before(scene, match, sentence) or _denied_after(scene, match, sentence)


def _denied_before(scene: Scene, match: Match, sentence: Sentence) -> str:
    """ "no fever", "havent had any chest pain", "no fever, chills or pus"."""
    first = max(sentence.first, match.first - FARTHEST_DENIAL)
    denial = scene.last("no", first, match.first)
    if denial < first:
        return ""
    joined, either, soft = scene.row("and_words"), scene.row("or_words"), scene.reading.soft
    findings = scene.row("finding")
    passed = joined | either | scene.row("through") | findings
    # A word that a list of denied things does not hold ends the list; so does one that begins a statement.
    stated = (joined | soft >> 1) & ~either & scene.row("tells") >> 1
    between = ((1 << match.first) - 1) & ~((2 << denial) - 1)
    if (~passed | stated) & between or soft >> denial + 1 & 1:
        return ""
    # "no fever, my calf hurts" begins anew after the comma; "no fever or my calf hurting" goes on with the list.
    parted = between & (joined | either | soft >> 1 | findings)
    if parted and not either >> parted.bit_length() - 1 & 1 and _told_of(scene, match, sentence):
        return ""
    if scene.has("never", denial) and scene.within("so_bad", match.after, sentence.after):
        return ""
    return f"denied: '{scene.words[denial]}' before it"


def _told_of(scene: Scene, match: Match, sentence: Sentence) -> bool:
    """Whether these words, late in a list after a "no", are a statement of their own ("no fever, calf is swollen")."""
    if scene.within("tells", match.first, match.after) or scene.within("me", match.first, match.after):
        return True
    for place in range(match.after, sentence.after):
        if scene.soft(place) or scene.has("or_words", place) or scene.has("and_words", place):
            return False
        if scene.has("ends_no", place):
            return False
        if scene.has("tells", place):
            return True
    return False


def _denied_inside(scene: Scene, match: Match, own: int) -> str:
    """ "calf is not swollen": a "no" inside the words, said of their last part."""
    for place in range(match.first + 1, match.after - 1):
        if scene.has("no", place) and not own >> place & 1:
            rest = place + 1
            while rest < match.after - 1 and (scene.has("through", rest) or scene.has("no", rest)):
                rest += 1
            if rest >= match.after - 1 or scene.has("finding", rest):
                return f"denied: '{scene.words[place]}' inside it"
    return ""


def _denied_after(scene: Scene, match: Match, sentence: Sentence) -> str:
    """ "chest pain? no", "fever: none", "fiebre no, vomito tampoco"."""
    place = match.after
    while place < sentence.after and not scene.soft(place) and not scene.has("answers_no", place):
        if scene.has("ends_no", place) or scene.has("and_words", place) or place > match.after + 3:
            return ""
        place += 1
    if place >= len(scene.words) or not scene.has("answers_no", place):
        return ""
    asked = place == sentence.after and sentence.asks
    if place < sentence.after or asked:
        following = place + 1
        if (
            scene.hard(following)
            or scene.soft(following)
            or scene.has("ends_no", following)
            or scene.has("and_words", following)
        ):
            return f"denied: '{scene.words[place]}' after it"
    return ""


# Past -----------------------------------------------------------------------------------------------------------


def _gone(scene: Scene, match: Match, sentence: Sentence) -> str:
    """ "the fever is gone", "ya se me quito el dolor"; not "wont go away"."""
    if scene.within("not_past", sentence.first, sentence.after):
        return ""
    told_apart = False
    for place in range(match.after, min(sentence.after, match.after + GONE_WITHIN)):
        told_apart = told_apart or scene.has("ends_no", place)
        if scene.has("no", place) or (told_apart and scene.has("finding", place)):
            return ""
        if scene.has("gone", place):
            return f"over: '{scene.words[place]}' after it"
    if not told_apart and scene.within("long_gone", match.after, sentence.after):
        return "over: said so after it"
    for place in range(match.first - 1, max(sentence.first, match.first - 4) - 1, -1):
        if scene.has("gone", place) and not scene.within("no", max(sentence.first, place - 2), place):
            return f"over: '{scene.words[place]}' before it"
        if not scene.has("through", place):
            break
    return ""


def _long_ago(scene: Scene, match: Match, sentence: Sentence) -> str:
    if scene.within("not_past", sentence.first, sentence.after):
        return ""
    past = [
        *scene.places("past", sentence.first, sentence.after),
        *scene.places("formerly", sentence.first, match.after),
    ]
    for place in past:
        if not scene.within("nows", place + 1, match.first):
            return f"past: '{scene.words[place]}' in the sentence"
    return ""


# What if --------------------------------------------------------------------------------------------------------


def _supposed(scene: Scene, match: Match, sentence: Sentence) -> str:
    told = scene.last("ends_no", sentence.first, match.first + 1) + 1
    if (place := scene.last("what_if", told, match.first + 1)) >= told:
        return f"what if: '{scene.words[place]}' before it"
    for place in scene.places("if_words", told, match.first + 1):
        if _supposes(scene, place, sentence):
            return f"what if: '{scene.words[place]}' before it"
    if (place := scene.last("what_if_after", match.after, sentence.after)) >= match.after:
        return f"what if: '{scene.words[place]}' after it"
    return ""


def _asks_in_general(scene: Scene, match: Match, sentence: Sentence) -> bool:
    """ "what does pus look like": a question word first, and nothing that is so, now or anyone's."""
    first = sentence.first
    if scene.reading.soft & ((2 << match.first) - (2 << first)):
        return False
    opens = scene.has("starters", first) or (sentence.asks and scene.has("askers", first))
    return opens and not scene.within("facts", first, sentence.after)


def _supposes(scene: Scene, place: int, sentence: Sentence) -> bool:
    """ "if"; but the Spanish "si" is also an unaccented "yes", so it needs a question around it."""
    if _while_moving(scene, place, sentence):
        return False
    return scene.words[place] != "si" or sentence.asks or scene.within("asking", sentence.first, sentence.after)


def _while_moving(scene: Scene, place: int, sentence: Sentence) -> bool:
    """ "hurts if i cough" and "if i press it" tell what happens; they suppose nothing."""
    return scene.within("on_moving", place + 1, min(sentence.after, place + 3))


# Another's body -------------------------------------------------------------------------------------------------


def _others(scene: Scene, match: Match, sentence: Sentence) -> str:
    """A neighbour's fall, a child's fever. Close family may be the patient, unless something says otherwise."""
    if scene.within("not_me", sentence.first, sentence.after):
        return "another's: said so"
    if any(scene.within(cue, match.first, min(match.first + 2, match.after)) for cue in ("me", "mine")):
        return ""
    if scene.within("patient_told", 0, len(scene.words)):
        return ""
    return _whose(scene, match, sentence)


def _whose(scene: Scene, match: Match, sentence: Sentence) -> str:
    """The person named last before the words: the writer, somebody else, or family that may be the patient."""
    after = max(match.first, 1)
    other = scene.last("other_body", sentence.first, after)
    kin = max(scene.last(cue, sentence.first, after) for cue in ("close_kin", "young_kin"))
    if max(other, kin) < sentence.first or _mine(scene, match, sentence) > max(other, kin):
        return ""
    whole = len(scene.words)
    if other >= kin or (scene.within("not_patient_kin", 0, whole) and not scene.within("patient_kin", 0, whole)):
        return f"another's: '{scene.words[max(other, kin)]}'"
    return ""


def _mine(scene: Scene, match: Match, sentence: Sentence) -> int:
    """Where the writer was named last before the words: "i", or "my" just before them."""
    near = max(sentence.first, match.first - 2)
    me, mine = scene.last("me", sentence.first, match.first), scene.last("mine", near, match.first)
    return max(me, mine if mine >= near else -1)


# Likely, though not said outright -------------------------------------------------------------------------------


def _likely(scene: Scene, match: Match, sentence: Sentence) -> Judgement:
    whole = len(scene.words)
    if _asks_in_general(scene, match, sentence):
        return Judgement(Doubt.WHAT_IF, "what if: a question about nobody")
    if scene.within("all_clear", 0, whole) and not scene.within("not_past", 0, whole):
        return Judgement(Doubt.OVER, "over: said to be all clear")
    if scene.within("young_kin", sentence.first, match.first) and not scene.within("patient_kin", 0, whole):
        # A grown child's or a brother's trouble is seldom the patient's; when it is, the text mostly says so.
        return _young(scene, match, sentence)
    return HEARD


def _young(scene: Scene, match: Match, sentence: Sentence) -> Judgement:
    place = scene.last("young_kin", sentence.first, match.first)
    if _mine(scene, match, sentence) > place:
        return HEARD
    return Judgement(Doubt.OTHER, f"another's: '{scene.words[place]}'")


ASKED = (
    (Doubt.DENIED, _denied),
    (Doubt.WHAT_IF, _supposed),
    (Doubt.OVER, _gone),
    (Doubt.PAST, _long_ago),
    (Doubt.OTHER, _others),
)
