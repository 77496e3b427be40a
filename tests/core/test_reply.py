"""Replies as people type them, in both languages, and what each is understood to say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.flow import Chosen, Kind, No, Number, Option, Question, Unclear, Words, Worse, Yes
from bot.core.reply import normalise, understand

YES_NO = Question(Kind.YES_NO)
SCALE = Question(Kind.SCALE)
WELL_BEING = Question(Kind.SCALE, worse=Worse.LOW)
DAYS = Question(Kind.NUMBER, low=0, high=30, unit="days")
PILLS = Question(Kind.NUMBER, low=0, high=20, unit="pills")
HOURS = Question(Kind.NUMBER, low=0, high=24, unit="hours")
MINUTES = Question(Kind.NUMBER, low=0, high=600, unit="minutes")
POUNDS = Question(Kind.NUMBER, low=0, high=100, unit="lb")
SQUATS = Question(Kind.NUMBER, low=1, high=50, unit="squats")
TEMPERATURE = Question(Kind.TEMPERATURE, low=90, high=110)
CHANGE = Question(
    Kind.CHOICE,
    options=(
        Option("better", {"en": "Better", "es": "Mejor"}, {"en": ("improved", "a bit better"), "es": ("mejorando",)}),
        Option("same", {"en": "About the same", "es": "Igual"}, {"en": ("same", "no change"), "es": ("lo mismo",)}),
        Option("worse", {"en": "Much worse", "es": "Mucho peor"}, {"en": ("worse", "a lot worse"), "es": ("peor",)}),
    ),
)
COUNTED = Question(
    Kind.CHOICE,
    options=(
        Option("none", {"en": "0 pills"}, {}),
        Option("one", {"en": "1 pill"}, {}),
        Option("two", {"en": "2 pills"}, {}),
    ),
)
WORDS = Question(Kind.WORDS)
QUESTIONS = (YES_NO, SCALE, WELL_BEING, DAYS, PILLS, HOURS, POUNDS, SQUATS, TEMPERATURE, CHANGE, COUNTED, WORDS)


def each(table: str) -> list[str]:
    return [text for line in table.strip().split("\n") for text in line.strip().split("|")]


def rows(table: str) -> list[tuple[str, float]]:
    cells = (cell.rpartition("=") for cell in each(table))
    return [(text.strip(), float(value)) for text, _, value in cells]


SAID_YES = """
yes|YES|Yes.|yes!!|y|Y|yeah|yea|yep|yup|ya|Yesss|yeeees|si|sí|SÍ|Sí!!!|sip|claro|claro que sí|👍|👍🏽|👍🏿|✅|yes it is
yes a little|yes please|yes thanks|a little|a little bit|a bit|kind of|kinda|sort of|un poco|un poquito|poquito|algo
sometimes|a veces|más o menos|si, un poco|yes sometimes|maybe a little|uh huh|yes?|yes and it is worse|si me duele
yes my leg is numb|yes i cant pee|my leg is numb yes|a little numb|yes, stop|some|mucho|of course|por supuesto|i do
ｙｅｓ|y\u200bes|oh yes|hi, yes|asi es|i think yes|yes 2 times
"""
SAID_NO = """
no|NO|No.|n|N.|nope|nah|noooo|NO!!!|no no no|nada|none|nothing|no gracias|no, gracias|no thank you|not really
not at all|no new ones|no nothing new|nothing new|no im good|No, I'm good|no I’m good|no all good|no todo bien
No, estoy bien|no. estoy bien gracias|👎|👎🏽|NOPE 👎|no 😊|no dr|no sir|ninguno|ninguna|no ninguna|para nada
not yet|todavía no|no todavía no|nunca|never|no i dont|no i dont have any|i don't|no I haven’t|none of those
nada de eso|no gracias a dios|no not that i know of|no haha|definitely not|claro que no|nel|no tengo|no problems
"""
SAID_NEITHER = """
maybe|not sure|im not sure|idk|I don't know|no se|no sé|tal vez|quizás|yes and no|no... wait yes|no wait yes
si no|no si
no pero si me duele|not no|not yes|no fever but yes leaking|no but my leg is numb|no but my leg|no puedo orinar
no estoy bien|no ando bien|not good|no good|no bueno|no ok|no todo esta bien|no siento nada|no feeling
i dont feel my legs|no?|ya no|?|...||😭
no 😭|no 👍|👍👎|y/n|yes/no|n/a|END|CANCEL|STOP|QUIT|stop please|ok|fine|todo bien|im good|all good
7|no 7|no more|no mas
no para|it wont stop|nothing hurts|nothing helps|not a little|not much|creo que no|i dont think so|both|either|no k
n0|can i take some tylenol?|algo para el dolor?|walked a bit|no longer|no same as before|no change|no i do|no there is
no it is|never stops|no wait|no actually|no idea|sin sentir|Liked “Any numbness? Reply YES or NO.”|no worse|no better
I'm driving right now, I'll get back to you|is it normal to be sore?|cancel|baja|alto|no one helps me|no pee|no puedo
"""


@pytest.mark.parametrize("text", each(SAID_YES))
def test_a_yes_however_small(text: str) -> None:
    assert understand(YES_NO, text) == Yes()


@pytest.mark.parametrize("text", each(SAID_NO))
def test_a_plain_no(text: str) -> None:
    assert understand(YES_NO, text) == No()


@pytest.mark.parametrize("text", each(SAID_NEITHER))
def test_what_is_neither_is_never_a_no(text: str) -> None:
    assert isinstance(understand(YES_NO, text), Unclear)


def test_a_long_story_is_never_a_no() -> None:
    assert isinstance(understand(YES_NO, "no " * 400), Unclear)
    assert understand(YES_NO, "yes " + "it hurts " * 150) == Yes()


ON_THE_SCALE = """
7=7|7.=7|7!!=7|10!!!=10|0=0|10=10|7/10=7|7 / 10=7|10/10=10|7 out of 10=7|7 of 10=7|7 de 10=7|7 sobre 10=7
ten out of ten=10|ocho de diez=8|about a 6=6|like a 6=6|6ish=6|6-ish=6|~7=7|a 7=7|un 7=7|como un 5=5|mas o menos 5=5
siete=7|seven=7|SIETE=7|cero=0|zero=0|diez=10|ten=10|one=1|uno=1|it's a seven=7|I'd say 7=7|pain 7=7|pain: 7=7
pain - 7=7|dolor 7=7|me duele un 8=8|back 7=7|7 lol=7|7 😭=7|8 😢😢=8|7, gracias=7|a solid 7=7|7 right now=7|hoy 7=7
(7)=7|"7"=7|#7=7|７=7|7️⃣=7|🔟=10|1️⃣0️⃣=10|⑦=7|٧=7|7.5=7.5|7,5=7.5|7 1/2=7.5|7½=7.5|7 and a half=7.5
seven and a half=7.5|8 y medio=8.5|8.5/10=8.5|8-9=9|8 - 9=9|8–9=9|8~9=9|8 or 9=9|8 to 9=9|8 o 9=9|8 ó 9=9|8 a 9=9
entre 8 y 9=9|between 6 and 7=7|7-8/10=8|8 to 9 out of 10=9|9-8=9|a 7 maybe an 8=8|not 8, 6=6|not 8 but 6=6
no es 8, es 6=6|no es 8 sino 6=6|8 not 6=8|was 8 now 5=5|it was 8 but now its 5=5|8 yesterday 5 today=5|ayer 8 hoy 5=5
antes 8 ahora 5=5|5 now was 8=5|era 8 ahora es 5=5|sorry I meant 3=3|8 I mean 3=3|quise decir 3=3|none=0|no pain=0
No pain.=0|nada=0|sin dolor=0|no tengo dolor=0|no me duele=0|no pain at all=0|no pain today thank god=0|10+=10
on a scale of 1 to 10 its a 7=7|en una escala de 0 a 10, 7=7|yes 7=7|7 when i walk=7|over 10=10
"""
OFF_THE_SCALE = """
11|15|100|-3|- 3 4|pain -7|not 8|no es 8|8 no 6|no 7|no, 7|no|yes|1 0|1 and 7|3 7|8... 9|4 4|1 y 7
7 in the morning, 4 now
leg 3 back 7|7 8 9|5 pills|5 pastillas|7 days|3 hours|7am|7 pm|10 mg|7 lb|2 times|2x|7th|7%|$7|10:30|7 at 10:30|7/8
10/12|7/10/2026|507-555-0101|5075550101|8+|over 8|more than 8|mas de 8|at least 8|under 5|less than 3|<3|7 <3
0-10|1-10
8,9|.7|07|007|1,000|1e5|7.5.3|²|7²|VII|IIIII|o|O|😭||...|?|half|once|todo bien|no bad pain|no back pain|casi nada
nada bueno|none 😭|no pain meds|one leg hurts|room 7|my 2 kids|i took 2|2 better|2 worse|it was 7|8 yesterday
ayer 8|END
seven eight|max 10|never 8|not 8 or 9|8 yesterday 5|it hurts|bien|from 8 to 5|7 days ago|2 bad legs|no pain 7
"""


@pytest.mark.parametrize(("text", "value"), rows(ON_THE_SCALE))
def test_a_score_as_people_write_it(text: str, value: float) -> None:
    assert understand(SCALE, text) == Number(value)


@pytest.mark.parametrize("text", each(OFF_THE_SCALE))
def test_what_is_no_plain_score_is_never_guessed(text: str) -> None:
    assert isinstance(understand(SCALE, text), Unclear)


def test_of_two_numbers_the_worse_is_kept_also_where_low_is_worse() -> None:
    assert understand(WELL_BEING, "2-3") == Number(2)
    assert isinstance(understand(WELL_BEING, "no pain"), Unclear)
    assert isinstance(understand(WELL_BEING, "10+"), Unclear)


@pytest.mark.parametrize(
    ("question", "table"),
    [
        (
            DAYS,
            """
            3=3|3 days=3|3days=3|three days ago=3|hace 3 días=3|today=0|hoy=0|this morning=0|esta mañana=0|yesterday=1
            ayer=1|antier=2|day before yesterday=2|2 weeks=14|una semana=7|a week ago=7|2-3 days=3|12 hours=0.5
            1 day=1
            un dia=1|a couple of days=2|un par de días=2|day 3=3|4 or 5=5|i went today=0|0=0|not 2, 3=3
            """,
        ),
        (
            PILLS,
            """
            2=2|2 pills=2|2 pastillas=2|two tablets=2|none=0|ninguna=0|ninguna pastilla=0|no pills=0
            i didn't take any=0
            no he tomado=0|none today=0|0=0|half=0.5|half a pill=0.5|media pastilla=0.5|1 and a half=1.5
            1 1/2=1.5|1½=1.5
            pill and a half=1.5|a pill=1|una pastilla=1|una=1|un par=2|a couple=2|i took 2=2|2 today=2|2-3=3|1,5=1.5
            """,
        ),
        (
            HOURS,
            """
            3=3|an hour and a half=1.5|una hora y media=1.5|hora y media=1.5|dos horas y media=2.5|90 min=1.5
            1h 30m=1.5
            1 hour 30 minutes=1.5|2 hours and 15 min=2.25|half an hour=0.5|media hora=0.5|1 day=24|slept 6=6
            45 minutos=0.75
            2 to 3 hours=3|about 8 hours=8|1.5=1.5|1,5=1.5
            """,
        ),
        (MINUTES, "20=20|20 min=20|half an hour=30|1 hour=60|1 hour 15 minutes=75|none=0|nada=0"),
        (POUNDS, "10=10|10 lb=10|10 libras=10|10lbs=10"),
        (SQUATS, "10=10|10 squats=10|1 squat=1|a squat=1"),
    ],
)
def test_an_amount_in_the_questions_unit(question: Question, table: str) -> None:
    for text, value in rows(table):
        assert (text, understand(question, text)) == (text, Number(value))


@pytest.mark.parametrize(
    ("question", "table"),
    [
        (DAYS, "none|never|3 pills|31|yesterday and today|3 today|last week|not since surgery|-1|no|1,000"),
        (
            PILLS,
            "2 days|no|1 in the morning and 1 at night|2 every 4 hours|1 and 1|1 + 1|2, 2|2 pills 3 times|2 yesterday",
        ),
        (PILLS, "20mg|5 mg|21|2+|more than 2|some|a few|10:30|2 pills 3 pills|nothing helps|no pills left"),
        (HOURS, "2 days|3 miles|30 minutes 1 hour|1 hr 90 min|10pm"),
        (SQUATS, "none|0|51|2 days|half"),
    ],
)
def test_an_amount_of_something_else_is_unclear(question: Question, table: str) -> None:
    for text in each(table):
        assert (text, type(understand(question, text))) == (text, Unclear)


FAHRENHEIT = """
101=101|101.3=101.3|101,3=101.3|99=99|98.6=98.6|101 F=101|101.3°F=101.3|101.3 ºF=101.3|temp 99.1F=99.1|103!!!=103
38.5=101.3|38,5 C=101.3|38.5c=101.3|39.4 °C=102.92|38 grados=100.4|tengo 38.5=101.3|100.4 degrees=100.4
it was 101.3=101.3
a hundred and one=101|one hundred one point five=101.5|hundred and two=102|ninety nine=99|ninety-nine point eight=99.8
ciento uno=101|cien=100|noventa y nueve=99|treinta y ocho y medio=101.3|treinta y ocho punto cinco=101.3
no fever 98.6=98.6
no fever, 101=101|101-102=102|101 this morning=101|37=98.6|101 🤒=101|38-39=102.2|no tengo fiebre 36.8=98.24
"""
NO_TEMPERATURE = """
normal|no fever|fever|60|1013|101 3|101 and 99|was 102 now 99|102 yesterday|38 F|101 C|-101|38.5 c 101.3 f|yes
no|||111
101 fwy|room 102|103 in phoenix|101/99|120/80|98 bpm|95%|1 0 1|10:30|over 101|101+|not 101|46|29|low grade
"""


@pytest.mark.parametrize(("text", "value"), rows(FAHRENHEIT))
def test_a_temperature_is_kept_in_fahrenheit(text: str, value: float) -> None:
    assert understand(TEMPERATURE, text) == Number(value)


@pytest.mark.parametrize("text", each(NO_TEMPERATURE))
def test_what_no_thermometer_says_is_unclear(text: str) -> None:
    assert isinstance(understand(TEMPERATURE, text), Unclear)


def test_a_temperature_without_bounds_has_those_of_the_living() -> None:
    assert understand(Question(Kind.TEMPERATURE), "101.3") == Number(101.3)


PICKED = {
    "better": "1|1.|one|uno|Better|BETTER!|mejor|Mejor.|better thanks|it's better|me siento mejor|improved|bet"
    "|a bit better|first|the first one|la primera|option one|1st|mejorando|1️⃣",
    "same": "2|2.|(2)|2)|#2|two|dos|la 2|option 2|opción 2|number 2|numero 2|la segunda|the second one|2nd|same"
    "|About the same|igual|lo mismo|no change|same 2|abo|2️⃣|２",
    "worse": "3|la 3 por favor|three|worse|much worse|MUCH WORSE|mucho peor|peor|much|im worse today"
    "|a lot worse|tercera",
}
NOT_PICKED = """
2 or 3|2-3|1 and 2|worse or same|better worse|same better|better 2|4|0|12|02|2.5|-2|not better|no better
no es mejor|7||😀
STOP|END|cancel|I fell|yes|no|a|mu|the|22222222222222222222|mejor pero mi pierna esta peor|better but i fell|...
"""


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, table in PICKED.items() for text in table.split("|")]
)
def test_an_option_by_its_place_or_its_words(name: str, text: str) -> None:
    assert understand(CHANGE, text) == Chosen(name)


@pytest.mark.parametrize("text", each(NOT_PICKED))
def test_no_option_is_guessed(text: str) -> None:
    assert isinstance(understand(CHANGE, text), Unclear)


def test_a_number_that_is_also_in_a_label_is_unclear() -> None:
    assert isinstance(understand(COUNTED, "2"), Unclear)
    assert understand(COUNTED, "2 pills") == Chosen("two")


def test_two_options_with_one_word_leave_it_unclear() -> None:
    twins = Question(
        Kind.CHOICE, options=(Option("a", {"en": "Left"}, {"en": ("leg",)}), Option("b", {"en": "Leg"}, {}))
    )

    assert isinstance(understand(twins, "leg"), Unclear)


@pytest.mark.parametrize("text", ["hello", "7", "😭", "👍", "no", "duele", "ok."])
def test_words_are_anything_said(text: str) -> None:
    assert understand(WORDS, text) == Words()


@pytest.mark.parametrize("text", ["", "  ", "...", "?!", "\u200b", "STOP", "end", "HELP", "no más"])
def test_marks_and_keywords_are_no_words(text: str) -> None:
    assert isinstance(understand(WORDS, text), Unclear)


SAID = """
    yes no si not maybe a little 7 8 10 0 11 0.5 / - or to out of de was now yesterday hoy today siete hundred and y
    point half medio days pills an hour , . ? ! 👍 👎 😭 7️⃣ 38,5 c f better worse option segunda one none nada
    """
PIECES = st.lists(st.sampled_from(SAID.split()), max_size=8).map(" ".join)
TYPED = st.one_of(st.text(max_size=60), PIECES)
EXPECTED = {
    Kind.YES_NO: (Yes, No, Unclear),
    Kind.SCALE: (Number, Unclear),
    Kind.NUMBER: (Number, Unclear),
    Kind.TEMPERATURE: (Number, Unclear),
    Kind.CHOICE: (Chosen, Unclear),
    Kind.WORDS: (Words, Unclear),
}


@settings(max_examples=300)
@given(st.sampled_from(QUESTIONS), TYPED)
def test_every_reply_is_one_class_and_every_number_within_bounds(question: Question, text: str) -> None:
    answer = understand(question, text)

    assert isinstance(answer, EXPECTED[question.kind])
    if isinstance(answer, Number):
        assert question.low <= answer.value <= question.high
    if isinstance(answer, Chosen):
        assert answer.option in {option.name for option in question.options}


@settings(max_examples=200)
@given(st.sampled_from(QUESTIONS), PIECES)
def test_case_and_spaces_change_nothing(question: Question, text: str) -> None:
    plain = understand(question, text)

    assert understand(question, text.upper()) == plain
    assert understand(question, f"  {text.replace(' ', '   ')}\n") == plain


@settings(max_examples=200)
@given(PIECES)
def test_a_reply_with_a_yes_in_it_is_never_a_no(text: str) -> None:
    if {"yes", "si", "👍", "maybe"} & set(text.split()):
        assert understand(YES_NO, text) != No()


def test_the_plain_spelling_is_there_for_others() -> None:
    assert normalise(" SÍ ") == "si"
