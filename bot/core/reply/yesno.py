"""Yes or no. Yes means trouble in our questions, so a hint of it is never read as no."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum

from bot.core.flow import No, Unclear, Yes

LONGEST = 400
"""Letters that are read; what is longer can still begin with yes, but is never a plain no."""


class _Sign(Enum):
    YES = "yes"
    ALONE = "yes, when nothing else is said: these words have other meanings too"
    LITTLE = "yes, in part"
    NO = "no"
    NOT = "turns what follows around"
    UNSURE = "neither"
    DOUBT = "a question mark"
    POLITE = "changes nothing"
    BREAK = "a mark between phrases"
    OTHER = "anything else"


_VOCABULARY = {
    _Sign.YES: """
        yes|yeah|yea|yeh|yep|yup|yess|yas|yass|yse|yed|ye|yh|yees|yup yup|si|sip|sep|sisi|simon|claro|claro que si
        |uh huh|mm hmm|mhm|mmhm|aja|affirmative|afirmativo|absolutely|definitely|of course|por supuesto
        |por supuesto que si|asi es|efectivamente|👍|✅|✔|☑
        """,
    _Sign.ALONE: """
        y|ya|sure|right|true|correct|correcto|cierto|exacto|indeed|always|siempre|some|algunas|algunos|a lot|lots
        |very|mucho|mucha|bastante
        |i do|i have|i did|i am|it is|it does|it has|there is|there are|we do|she does|he does|she is|he is
        """,
    _Sign.LITTLE: """
        little|a little|a little bit|a bit|bit|lil|a lil|tiny bit|kind of|kinda|sort of|sorta|somewhat|slightly|slight
        |sometimes|at times|occasionally|now and then|mild|mildly|un poco|poco|un poquito|poquito|un tantito
        |tantito|algo|a veces|de vez en cuando|mas o menos|leve|ligeramente|medio
        """,
    _Sign.NO: """
        no|n|nope|nop|nopes|nah|naw|nel|nono|none|nothing|nada|never|nunca|jamas|neither|tampoco|ninguno|ninguna
        |ningun|negative|negativo|nuh uh|no not really|not really|not at all|not yet|not any|not today|none at all
        |aun no|todavia no|para nada|no para nada|claro que no|por supuesto que no|of course not|definitely not
        |absolutely not|not that i know of|no que yo sepa|que yo sepa no|none of those|none of these|none of that
        |none of them|none of the above|nothing like that|nada de eso|nada de esto|ninguno de los dos
        |ninguna de las dos|ninguno de esos|neither one|neither of those|no problem|no problems|no issues|no symptoms
        |no concerns|ningun problema|sin problema|sin problemas|sin novedad|sin sintomas|no trouble
        |i dont|i do not|i havent|i have not|i didnt|i did not|i have none|i am not|im not|it isnt|its not|it is not
        |it doesnt|it does not|it hasnt|it has not|there isnt|there is not|there arent|there are not|there is none
        |there are none|there is nothing|no tengo|no he tenido|no hay|👎
        """,
    _Sign.NOT: """
        not|dont|doesnt|didnt|havent|hasnt|isnt|arent|wasnt|cant|cannot|couldnt|wont|wouldnt|without|sin|ni
        """,
    _Sign.UNSURE: """
        maybe|perhaps|possibly|probably|not sure|im not sure|i am not sure|unsure|idk|dunno|dont know|i dont know
        |i do not know|i dont think so|i do not think so|i think so|i guess|i guess so|i guess not|hard to say|who knows
        |no idea|cant tell|not much|not a lot|no much|no mucho|no mucha|quizas|quiza|tal vez|talvez|a lo mejor|no se
        |nose|no lo se|no estoy seguro|no estoy segura|creo|creo que si|creo que no|yo creo|puede ser|puede|depende
        |depends|it depends|uh uh|yes and no|si y no
        """,
    _Sign.DOUBT: "?",
    _Sign.POLITE: """
        thanks|thank you|thank u|thx|ty|tysm|gracias|muchas gracias|please|por favor|lol|haha|hahaha|jaja|jajaja|sir
        |maam|mam|madam|doc|doctor|doctora|dr|nurse|enfermera|senora|senor|senorita|dear|hon|honey|mija|mijo
        |hi|hello|hey|hola|buenas|buenos dias|buenas tardes|buenas noches|good morning|good afternoon|good evening
        |good night|today|hoy|now|right now|ahora|ahora mismo|ahorita|so far|yet|at all|at this time|at the moment
        |for now|por ahora|por el momento|hasta ahora|en absoluto|thank god|thank goodness|thankfully|gracias a dios
        |god bless|dios lo bendiga|fortunately|luckily|pues|oh|um|umm|hmm|ah|eh|im good|i am good|im fine
        |i am fine|im ok|im okay|i am ok|i am okay|im doing good|im doing well|im doing fine|im doing ok|all good
        |all is good|all is well|everything is good|everything is fine|everything is ok|everything good
        |everything fine|its all good|i feel fine|i feel good|todo bien|todo esta bien|estoy bien|ando bien
        |me siento bien|any|new|ones|nuevo|nueva|nuevos|nuevas|had any|have any|had|tenido|new ones|👌|🙏|❤|💙|💚|😊
        |🙂|😀|😃|😄|😁|☺|💪|🎉|🙌|😅
        """,
    # "No estoy bien" is "I am not well"; only after a mark are the last words a comfort.
    _Sign.OTHER: """
        no estoy bien|no ando bien|no me siento bien|no esta bien|no todo esta bien|no any more|no more|no mas
        """,
}


def _phrases(text: str) -> Iterator[tuple[str, ...]]:
    return (tuple(phrase.split()) for phrase in text.split("|") if phrase.strip())


_SIGNS = {phrase: sign for sign, text in _VOCABULARY.items() for phrase in _phrases(text)}
_LONGEST_FROM: dict[str, int] = {}
for _phrase in _SIGNS:
    _LONGEST_FROM[_phrase[0]] = max(len(_phrase), _LONGEST_FROM.get(_phrase[0], 0))
_WORDS = frozenset(word for phrase in _SIGNS for word in phrase)

_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_REPEATED = re.compile(r"(.)\1+")
_MARKS = frozenset('.,!;:-()[]"*~_/…¡')
_IDLE = frozenset({_Sign.POLITE, _Sign.BREAK})
_YES_IN_ALL = frozenset({_Sign.YES, _Sign.ALONE, _Sign.LITTLE})


def yes_no(plain: str) -> Yes | No | Unclear:
    signs = list(_signs(_tokens(plain[:LONGEST])))
    said = {sign for sign in signs if sign not in _IDLE}
    if said == {_Sign.NO} and len(plain) <= LONGEST:
        return No()
    if _Sign.NO in said and said & _YES_IN_ALL:
        return Unclear("both yes and no")
    if _means_yes(signs, said):
        return Yes()
    return Unclear("not sure" if _Sign.UNSURE in said else "no plain yes or no in it")


def _means_yes(signs: list[_Sign], said: set[_Sign]) -> bool:
    """Beside other words a yes counts where it comes first or last, a "little" where it comes first."""
    if said & _YES_IN_ALL == said - {_Sign.DOUBT} != set():
        return True
    spoken = [sign for sign in signs if sign not in _IDLE and sign is not _Sign.UNSURE]
    if not spoken or spoken[0] is _Sign.YES:
        return bool(spoken)
    turned = _Sign.NOT in said or _Sign.DOUBT in said
    return not turned and (spoken[0] is _Sign.LITTLE or spoken[-1] is _Sign.YES)


def _tokens(plain: str) -> list[str]:
    return [_known(token) for token in _TOKEN.findall(plain.replace("'", ""))]


def _known(token: str) -> str:
    """ "Yesss" and "noooo" lose their echo, unless the word is known as it stands."""
    return token if token in _WORDS else _REPEATED.sub(r"\1", token)


def _signs(tokens: list[str]) -> Iterable[_Sign]:
    """Each longest known phrase as its sign, from left to right."""
    place = 0
    while place < len(tokens):
        sign, length = _longest(tokens, place)
        yield sign
        place += length


def _longest(tokens: list[str], place: int) -> tuple[_Sign, int]:
    for length in range(_LONGEST_FROM.get(tokens[place], 0), 0, -1):
        sign = _SIGNS.get(tuple(tokens[place : place + length]))
        if sign:
            return sign, min(length, len(tokens) - place)
    return (_Sign.BREAK if tokens[place] in _MARKS else _Sign.OTHER), 1
