"""Whatever an admin may get wrong is answered with the file, the line, and a sentence."""

from __future__ import annotations

import pytest

from bot.core.policy import WALK
from bot.core.practice import NOT_REACHED
from bot.core.silence import SHIPPED as LADDERS
from bot.flowfile.library import from_sources
from tests.flowfile.small import broken, marked_line, small

FLOW = "sample.yaml"


def still_wanted(
    *,
    from_day: int = 15,
    until: str = "13:00",
    flow: str = "sample",
    asks: str = "sample",
    answer: str = "danger",
    mark: str = " #!",
) -> tuple[str, str]:
    """The plan with the question after long silence in it."""
    rule = (
        f'still_wanted:{mark}\n  missed: 3\n  from_day: {from_day}\n  at: "10:00"\n  until: "{until}"\n'
        f"  flow: {flow}\n  no: {{flow: {asks}, answer: {answer}, is: no}}\n"
    )
    return "touches_a_day: 5\n", f"touches_a_day: 5\n{rule}"


# The file, what to change in it, into what (the faulty line ends in #!), and the sentence that must come.
MISTAKES = {
    # The form of YAML
    "a key given twice": (
        FLOW,
        'title: "A sample"',
        'title: "A sample"\ntitle: "Again" #!',
        '"title" is given twice; it stands in line 2 already.',
    ),
    "an anchor": (
        FLOW,
        'title: "A sample"',
        'title: &name "A sample" #!',
        '"&name" marks a place to point to; that may not be used.',
    ),
    "an alias": (FLOW, 'title: "A sample"', "title: *name #!", '"*name" points to another place; write the text out.'),
    "a tag": (
        FLOW,
        'title: "A sample"',
        'title: !!str "A sample" #!',
        '"tag:yaml.org,2002:str" is a tag; put the text between quotation marks.',
    ),
    "a merge": (FLOW, "status: draft", "<<: {a: b} #!", '"<<" takes in another part of the file; write the text out.'),
    "a tab": (FLOW, "  - ask: pain", "\t- ask: pain #!", "there is a tab; use spaces."),
    "an invisible character": (
        FLOW,
        '      en: "Thank you."',
        '      en: "Thank\u200b you." #!',
        "there is an invisible character (U+200B).",
    ),
    "a second document": (
        FLOW,
        "status: draft",
        "--- #!\nstatus: draft",
        'a second document begins here ("---"); a file holds one.',
    ),
    "a directive": (
        FLOW,
        "flow: sample",
        "%YAML 1.2 #!\n---\nflow: sample",
        'a line that begins with "%" may not be used.',
    ),
    "a colon in open text": (
        FLOW,
        'title: "A sample"',
        "title: A sample: this #!",
        'a ":" stands where none may; put the text between quotation marks.',
    ),
    "too deep": (
        FLOW,
        "sources: [house]",
        f"sources: {'[' * 25}{']' * 25} #!",
        "this is nested more than 20 levels deep.",
    ),
    # Names
    "an unknown key": (FLOW, "status: draft", "statsu: draft #!", 'the flow has no "statsu"; did you mean "status"?'),
    "an unknown kind": (
        FLOW,
        "kind: scale",
        "kind: scael #!",
        '"kind" cannot be "scael"; did you mean "scale"?',
    ),
    "an unknown goto": (
        FLOW,
        "        goto: close",
        "        goto: clsoe #!",
        'there is no step "clsoe" to go to; did you mean "close"?',
    ),
    "an unknown concept": (
        FLOW,
        "red_flag: uncontrolled_pain",
        "red_flag: uncontroled_pain #!",
        'there is no red flag "uncontroled_pain"; did you mean "uncontrolled_pain"?',
    ),
    "no severe form": (
        FLOW,
        "        red_flag: uncontrolled_pain",
        "        red_flag: {concept: uncontrolled_pain, severe: true} #!",
        'the red-flag table has no severe form of "uncontrolled_pain".',
    ),
    "severe is no truth": (
        FLOW,
        "        red_flag: uncontrolled_pain",
        "        red_flag: {concept: uncontrolled_pain, severe: yes} #!",
        '"severe" must be true or false.',
    ),
    "a step of its own kind": (
        FLOW,
        "  - say: close",
        "  - tell: close #!",
        'a step begins with "say", "ask", "score" or "use", and a name.',
    ),
    "a step called end": (
        FLOW,
        "  - ask: days",
        "  - ask: end #!",
        'a step cannot be called "end": that is where a conversation goes to stop.',
    ),
    "two steps of one name": (FLOW, "  - ask: days", "  - ask: danger #!", 'there is a step "danger" already.'),
    "a flow in another's file": (
        FLOW,
        "flow: sample",
        "flow: sampel #!",
        'the flow "sampel" must stand in a file called sampel.yaml.',
    ),
    # Wording
    "a language missing": (
        FLOW,
        '      en: "Thank you."\n      es: "Gracias."',
        '      en: "Thank you." #!',
        '"text" is missing in "es".',
    ),
    "a language too many": (
        FLOW,
        '      es: "Gracias."',
        '      es: "Gracias."\n      fr: "Merci." #!',
        '"text" has no "fr"; it may be en or es.',
    ),
    "an unknown placeholder": (
        FLOW,
        '      en: "Thank you."',
        '      en: "Thank you, {clinc}." #!',
        'nothing is known to put in place of {clinc}; did you mean "clinic"?',
    ),
    "a lone brace": (
        FLOW,
        '      en: "Thank you."',
        '      en: "Thank you }." #!',
        'a "}" stands alone; braces are for placeholders.',
    ),
    "too long in English": (
        FLOW,
        '      en: "Thank you."',
        f'      en: "{"Go on. " * 50}" #!',
        "this text takes 3 segments; 2 at most, so shorten it.",
    ),
    "too long in Spanish": (
        FLOW,
        '      es: "Gracias."',
        f'      es: "{"Sí. " * 60}" #!',
        "this text takes 4 segments; 3 at most, so shorten it.",
    ),
    # Answers
    "a gap in the numbers": (
        FLOW,
        "    answers:\n      - when: 8..10",
        "    answers: #!\n      - when: 9..10",
        'no answer takes what lies between "0..7" and "9..10".',
    ),
    "an overlap": (FLOW, "- when: 8..10", "- when: 7..10 #!", '"0..7" and "7..10" overlap.'),
    "the least left out": (
        FLOW,
        "    answers:\n      - when: 8..10\n        red_flag: uncontrolled_pain\n      - when: 0..7",
        "    answers: #!\n      - when: 8..10\n        red_flag: uncontrolled_pain\n      - when: 1..7",
        "no answer takes 0, the least this question allows.",
    ),
    "beyond the scale": (
        FLOW,
        "- when: 8..10",
        "- when: 8..11 #!",
        '"8..11" goes beyond what may be answered here, 0 to 10.',
    ),
    "no range": (
        FLOW,
        "- when: 0..7",
        "- when: low #!",
        'the practice has no number "low"; it may be fever_f, lift_lb, no_pee_hours, no_poop_days or too_many_pills.',
    ),
    "a range with words": (
        FLOW,
        "- when: 0..7",
        "- when: up to 7 #!",
        '"up to 7" is no range; write 0..7, 8.., ..3, 5 or "below 4".',
    ),
    "no answer for NO": (
        FLOW,
        (
            "    answers:\n      - when: yes\n        red_flag: [cauda_equina, motor_deficit, infection, csf_leak, "
            "opioid_emergency, dvt, pe, fall]\n      - when: no"
        ),
        (
            "    answers: #!\n      - when: yes\n        red_flag: [cauda_equina, motor_deficit, infection, csf_leak, "
            "opioid_emergency, dvt, pe, fall]"
        ),
        'nothing is said of the answer "no".',
    ),
    "NO means trouble": (
        FLOW,
        "      - when: no\n",
        "      - when: no\n        red_flag: fall #!\n",
        "NO means trouble here; word the question so that YES always means trouble.",
    ),
    "an option left out": (
        FLOW,
        "    answers:\n      - when: back\n",
        "    answers: #!\n",
        "nothing is said of the answer back.",
    ),
    "an option that is not there": (
        FLOW,
        "      - when: leg\n",
        "      - when: [leg, legs] #!\n",
        'there is no option "legs"; did you mean "leg"?',
    ),
    "an answer taken twice": (
        FLOW,
        "      - when: leg\n",
        "      - when: [leg, back] #!\n",
        'the answer "back" is taken twice.',
    ),
    "any beside another": (
        FLOW,
        "      - when: leg\n        goto: close",
        "      - when: leg #!\n        goto: close\n      - when: any",
        '"any" takes every answer, so it must be the only one.',
    ),
    "a keyword as an option": (
        FLOW,
        '      - name: leg\n        label: {en: "leg", es: "pierna"}',
        '      - name: leg #!\n        label: {en: "quit", es: "pierna"}',
        '"quit" is a keyword of the programme itself, so it can never be an answer.',
    ),
    "a keyword offered": (
        FLOW,
        '    text:\n      en: "How bad is it? Reply 0 to 10."',
        '    text: #!\n      en: "How bad is it? Reply 0 to 10, or END."',
        'the question in "en" offers END, a keyword of the programme itself.',
    ),
    "an option without its number": (
        FLOW,
        '    text:\n      en: "Where is it? 1 back 2 leg. Reply 1 or 2."',
        '    text: #!\n      en: "Where is it? 1 back or leg. Reply."',
        'the text in "en" does not show option 2 by its number.',
    ),
    "a setting of no use": (
        FLOW,
        "    kind: scale\n",
        "    kind: scale\n    high: 20 #!\n",
        'a question of kind "scale" has no use for "high".',
    ),
    "a setting that is needed": (
        FLOW,
        "  - ask: days\n    kind: number\n    low: 0\n    high: 30\n    unit: days",
        "  - ask: days #!\n    kind: number\n    low: 0\n    high: 30",
        'a question of kind "number" needs "unit".',
    ),
    "no length of time": (
        FLOW,
        "    kind: scale\n",
        "    kind: scale\n    nudge_after: 4 hours #!\n",
        '"nudge_after" must be a length of time like 30m, 4h or 2d.',
    ),
    # Paths
    "a step never reached": (
        FLOW,
        "  - ask: where\n    kind: choice\n    text:",
        (
            '  - say: lost\n    goto: end\n    text: {en: "Bye.", es: "Adiós."}\n'
            "  - ask: where #!\n    kind: choice\n    text:"
        ),
        'no conversation ever comes to the step "where".',
    ),
    "comfort beside a red flag": (
        FLOW,
        "      - when: no\n",
        '      - when: no\n        say: {en: "You are fine.", es: "Gracias."} #!\n',
        '"You are fine" comforts in answer to a question about a red flag.',
    ),
    "comfort after a red flag": (
        FLOW,
        '  - say: close\n    text:\n      en: "Thank you."',
        '  - say: close #!\n    text:\n      en: "No need to worry."',
        '"No need to worry" comforts, and may be said after an answer that raised a red flag.',
    ),
    "words that are never said": (
        FLOW,
        "        red_flag: uncontrolled_pain",
        '        red_flag: uncontrolled_pain\n        say: {en: "Oh.", es: "Ay."} #!',
        "this is never said: a red flag is answered with the words of the red-flag table.",
    ),
    # The plan
    "a flow that is not there": (
        "plan.yaml",
        'until: "13:00", flow: sample}\n  - {item: advice',
        'until: "13:00", flow: sampel} #!\n  - {item: advice',
        'there is no flow "sampel"; did you mean "sample"?',
    ),
    "a tip that is not there": (
        "plan.yaml",
        "tip: walk}",
        "tip: wlak} #!",
        'there is no tip "wlak"; did you mean "walk"?',
    ),
    "two things at once": (
        "plan.yaml",
        'at: "15:00", until: "17:00", tip: walk}',
        'at: "12:00", until: "17:00", tip: walk} #!',
        '"advice" may go out at the same time as "first" in line 5.',
    ),
    "outside contact hours": (
        "plan.yaml",
        'until: "17:00", tip: walk}',
        'until: "20:30", tip: walk} #!',
        '"advice" may go out at an hour outside the contact hours, 09:00-20:00.',
    ),
    "an hour that ends first": (
        "plan.yaml",
        'at: "15:00", until: "17:00", tip: walk}',
        'at: "17:00", until: "15:00", tip: walk} #!',
        '"advice" must have an "until" later than its "at".',
    ),
    "an hour that is none": (
        "plan.yaml",
        'at: "15:00", until: "17:00", tip: walk}',
        'at: "3 pm", until: "17:00", tip: walk} #!',
        '"at" must be a time of day like "09:00".',
    ),
    "a question over night": (
        "plan.yaml",
        'expires_after: 20h\nitems:\n  - {item: first, day: 0, at: "10:00", until: "13:00", flow: sample}',
        'expires_after: 24h\nitems:\n  - {item: first, day: 0, at: "10:00", until: "13:00", flow: sample} #!',
        '"pain" of "sample" may still wait when "second" begins; "expires_after" must be 20h or less.',
    ),
    "two of a name": (
        "plan.yaml",
        'item: second, day: 1, at: "10:00", until: "13:00", flow: sample}',
        'item: first, day: 1, at: "10:00", until: "13:00", flow: sample} #!',
        'the item "first" stands in line 5 already.',
    ),
    "two conversations a day": (
        "plan.yaml",
        'item: second, day: 1, at: "10:00", until: "13:00", flow: sample}',
        'item: second, day: 0, at: "17:30", until: "18:00", flow: sample} #!',
        "day 0 has a conversation already; one a day at most.",
    ),
    "nothing to send": (
        "plan.yaml",
        ", tip: walk}",
        "} #!",
        'an item of the plan sends one thing: "flow", "tip" or "notice".',
    ),
    # The other standard files
    "an emergency without 911": (
        "redflags.yaml",
        '    tell:\n      en: "This can be an emergency. Call 911 or go to the ER now. Do not drive yourself.',
        '    tell: #!\n      en: "This can be an emergency. Go to the ER now. Do not drive yourself.',
        '"cauda_equina" is an emergency, and its "tell" in "en" lacks 911.',
    ),
    "a concept of their own": (
        "redflags.yaml",
        "  self_harm:\n",
        "  selfharm: #!\n",
        '"concepts" has no "selfharm"; did you mean "self_harm"?',
    ),
    "a signature without a date": (
        "redflags.yaml",
        "status: draft",
        'status:\n  approved_by: "Dr. A. Name" #!',
        '"status" needs "on".',
    ),
    "a tip that waits too long": (
        "tips.yaml",
        "    topic: walking",
        "    topic: walking\n    valid_for: 11h #!",
        '"valid_for" cannot be more than 10h: carriers keep a text no longer.',
    ),
    "a zone that is none": (
        "practice.yaml",
        "zone: America/Chicago",
        "zone: America/Chcago #!",
        "'America/Chcago' is not a time zone: did you mean America/Chicago?",
    ),
    "hours backwards": (
        "practice.yaml",
        '  friday: "08:00-17:00"',
        '  friday: "17:00-08:00" #!',
        'hours must be written like "09:00-17:00", the earlier time first.',
    ),
    "an emergency that waits longer than the walk": (
        "practice.yaml",
        "    next_person: 5m      # while nothing is known of the page",
        "    next_person: 6m #!",
        '"next_person" may be 5m at most: an emergency goes on to the next person.',
    ),
    "everyone too late": (
        "practice.yaml",
        "    everyone: 15m        # everybody who takes part in being on call",
        "    everyone: 1h #!",
        '"everyone" may be 15m at most: by then everyone is paged.',
    ),
    "a patient who is told nothing": (
        "practice.yaml",
        "    tell_patient: 30m    # that nobody has answered yet",
        "    tell_patient: 2h #!",
        '"tell_patient" may be 30m at most: the patient is told the truth.',
    ),
    "an alert that stays with who took it": (
        "practice.yaml",
        "    comes_back: 1h       # acknowledged, and still without a disposition",
        "    comes_back: 9999d #!",
        '"comes_back" may be 1h at most: what was taken comes back.',
    ),
    "rungs of the same day too far apart": (
        "practice.yaml",
        "    next_person: 30m     # in office hours; outside them as said above",
        "    next_person: 31m #!",
        '"next_person" may be 30m at most: it goes on to the next person.',
    ),
    "pages faster than anybody can answer": (
        "practice.yaml",
        "    again: 15m           # and again, without end",
        "    again: 1m #!",
        '"again" must be 5m at least: nobody can answer faster.',
    ),
    "a step of the ladder that never comes": (
        "practice.yaml",
        "    everyone: 15m        # everybody who takes part in being on call",
        "    everyone: never #!",
        '"everyone" must be a length of time like 30m, 4h or 2d.',
    ),
    "a tier without a ladder": (
        "practice.yaml",
        "  routine:",
        "  someday: #!",
        '"escalation" has no "someday"; did you mean "same_day"?',
    ),
    "a call that comes too late": (
        "practice.yaml",
        "    call: 48h",
        "    call: 3d #!",
        '"call" may be 2d at most: a person calls.',
    ),
    "a call before its task": (
        "practice.yaml",
        "    call: 48h",
        "    call: 6h #!",
        '"call" comes before "task": the call is the end of this ladder.',
    ),
    "a silence that nobody watches": (
        "practice.yaml",
        "    until_day: 42",
        "    until_day: 3 #!",
        '"until_day" must be 14 or later: the daily phase is watched to its end.',
    ),
    "a silence of no kind": (
        "practice.yaml",
        "  unreachable:           # a landline, or a phone that blocks us: nothing will ever arrive. A task at once",
        "  unreachabel: #!",
        '"silence" has no "unreachabel"; did you mean "unreachable"?',
    ),
    "a task that is at once put off": (
        "practice.yaml",
        "    call: 4h",
        "    task: 4h #!",
        '"unreachable" has no "task"; it may be until_day or call.',
    ),
    "words to begin with in one language": (
        "practice.yaml",
        '    title: "Tell us more"',
        '    titel: "Tell us more" #!',
        '"tell-us-more" has no "titel"; did you mean "title"?',
    ),
    "a number that is none": (
        "practice.yaml",
        "  fever_f: 100.4       # S5a; S12 says 100, S6 says 101.5",
        '  fever_f: "100,4" #!',
        '"fever_f" must be a number.',
    ),
    "a notice with a stranger in it": (
        "notices.yaml",
        '      en: "Texts are not watched 24/7. Emergency: call 911."',
        '      en: "Texts are not watched 24/7. Emergency: call 911. {code}" #!',
        (
            "nothing is known to put in place of {code}; it may be clinic, clinic_phone, fever_f, lift_lb, "
            "no_pee_hours, no_poop_days or too_many_pills."
        ),
    ),
    # The rest of what a file can say wrongly
    "one language only": (
        FLOW,
        '    text:\n      en: "Thank you."\n      es: "Gracias."',
        '    text: "Thank you." #!',
        '"text" must be given in each language: en and es.',
    ),
    "a text that is a list": (FLOW, 'title: "A sample"', "title: [A, sample] #!", '"title" must be a text.'),
    "a text that is empty": (FLOW, 'title: "A sample"', 'title: "" #!', '"title" is empty.'),
    "a name that is none": (
        FLOW,
        "  - ask: days",
        "  - ask: How many days #!",
        '"How many days" is no name; use small letters, figures and dashes.',
    ),
    "no list of steps": (FLOW, "sources: [house]", "sources: house #!", '"sources" must be a list.'),
    "a status of one's own": (
        FLOW,
        "status: draft",
        "status: approved #!",
        '"status" is draft, or a group with "approved_by" and "on".',
    ),
    "a day that is not in the calendar": (
        FLOW,
        "status: draft",
        'status:\n  approved_by: "Dr. A. Name"\n  on: 2026-02-30 #!',
        '"on" must be a date like 2026-12-01.',
    ),
    "nothing between the bounds": (
        FLOW,
        "    low: 0\n    high: 30\n",
        "    low: 30\n    high: 0 #!\n",
        '"high" must be more than "low".',
    ),
    "a range the wrong way round": (
        FLOW,
        "- when: 8..10",
        "- when: 10..8 #!",
        '"10..8" holds no number: its first is more than its last.',
    ),
    "an option given twice": (
        FLOW,
        "    options:\n      - name: back\n",
        "    options: #!\n      - name: leg\n",
        'the option "leg" is given twice.',
    ),
    "a choice of one": (
        FLOW,
        '    options:\n      - name: back\n        label: {en: "back", es: "espalda"}\n',
        "    options: #!\n",
        "a choice needs at least two options.",
    ),
    "no answers": (
        FLOW,
        "    answers:\n      - when: ..3\n      - when: 4..\n",
        "    answers: [] #!\n",
        "a question needs at least one answer.",
    ),
    "a yes or no with something else": (
        FLOW,
        "      - when: no\n",
        "      - when: maybe #!\n",
        'an answer to this question is "yes" or "no", not "maybe".',
    ),
    "a third tip": (
        "plan.yaml",
        'until: "17:00", tip: walk}\n',
        (
            'until: "17:00", tip: walk}\n'
            '  - {item: more, day: 0, at: "17:00", until: "18:00", tip: walk}\n'
            '  - {item: most, day: 0, at: "18:00", until: "19:00", tip: walk} #!\n'
        ),
        "this is tip number three of day 0; 2 a day at most.",
    ),
    "a day long before surgery": (
        "plan.yaml",
        'item: second, day: 1, at: "10:00", until: "13:00", flow: sample}',
        'item: second, day: -31, at: "10:00", until: "13:00", flow: sample} #!',
        '"day" must be a whole number, -30 or more.',
    ),
    "a last day before the first": (
        "plan.yaml",
        'item: second, day: 1, at: "10:00", until: "13:00", flow: sample}',
        'item: second, day: 3, last_day: 1, at: "10:00", until: "13:00", flow: sample} #!',
        '"second" must have a "last_day" that is not before its "day".',
    ),
    "a day that belongs to another": (
        "plan.yaml",
        'until: "13:00", flow: sample}\n  - {item: advice, day: 0, at: "15:00", until: "17:00", tip: walk}',
        (
            'until: "13:00", flow: sample, last_day: 2}\n'
            '  - {item: advice, day: 2, at: "15:00", until: "17:00", tip: walk} #!'
        ),
        '"advice" may go out on the same day as "first" in line 5.',
    ),
    "still wanted: no such flow": (
        "plan.yaml",
        *still_wanted(flow="sampel", asks="sampel"),
        'there is no flow "sampel"; did you mean "sample"?',
    ),
    "still wanted: no such answer": (
        "plan.yaml",
        *still_wanted(answer="dangre"),
        '"sample" asks nothing called "dangre"; did you mean "danger"?',
    ),
    "still wanted: an answer of another flow": (
        "plan.yaml",
        *still_wanted(asks="other"),
        '"no" is an answer of "other", but "sample" asks.',
    ),
    "still wanted: an answer that nobody gives": (
        "plan.yaml",
        *still_wanted(answer="pain"),
        '"pain" is never answered like that, so this would never begin.',
    ),
    "still wanted: hours that end first": (
        "plan.yaml",
        *still_wanted(until="09:00"),
        '"still_wanted" must have an "until" later than its "at".',
    ),
    "still wanted: at night": (
        "plan.yaml",
        *still_wanted(until="22:00"),
        '"still-wanted" may go out at an hour outside the contact hours, 09:00-20:00.',
    ),
    "still wanted: something missing": (
        "plan.yaml",
        "touches_a_day: 5",
        "touches_a_day: 5\nstill_wanted: {missed: 3} #!",
        '"still_wanted" needs "from_day".',
    ),
    "still wanted: no day for it": (
        "plan.yaml",
        '  - {item: second, day: 1, at: "10:00", until: "13:00", flow: sample}\ntouches_a_day: 5\n',
        '  - {item: second, day: 1, at: "10:00", until: "13:00", flow: sample} #!\ntouches_a_day: 5\n'
        + still_wanted(from_day=0, mark="")[1].partition("\n")[2],
        '"second" leaves no day for the question of "still_wanted" after "first"; let them be 2 days apart.',
    ),
    "an item without a time": (
        "plan.yaml",
        'at: "15:00", until: "17:00", tip: walk}',
        'until: "17:00", tip: walk} #!',
        'an item of the plan needs "at".',
    ),
    "hours that overlap": (
        "practice.yaml",
        '  friday: "08:00-17:00"',
        '  friday: ["08:00-12:00", "11:00-17:00"] #!',
        'the hours of "friday" overlap or are out of order.',
    ),
    "a number with a name of its own": (
        "practice.yaml",
        "  lift_lb: 10          # S6; S27 says 4 for the first two weeks",
        "  lift_lb: 10\n  Clinic: 4 #!",
        '"Clinic" cannot name a number; use small letters and "_".',
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_file_and_line(mistake: tuple[str, str, str, str]) -> None:
    file, old, new, sentence = mistake
    sources = broken(file, old, new)

    loaded = from_sources(sources)

    found = [str(problem) for problem in loaded.problems]
    line = marked_line(sources[file])
    assert f"{file}:{line}: {sentence}" in found
    assert loaded.library is None


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            '      en: "Thank you."',
            '      en: "It’s over." #!',
            '"’" (U+2019) doubles what this text costs; use a plain character.',
        ),
        (
            '      en: "Thank you."',
            '      en: "Subsequent communication necessitates additional authorization." #!',
            "this text reads at grade 35.9; use shorter words and sentences.",
        ),
    ],
)
def test_a_warning_does_not_stand_in_the_way(old: str, new: str, sentence: str) -> None:
    sources = broken(FLOW, old, new)

    loaded = from_sources(sources)

    line = marked_line(sources[FLOW])
    assert [str(problem) for problem in loaded.problems] == [f"{FLOW}:{line}: warning: {sentence}"]
    assert loaded.library is not None


def test_all_mistakes_of_a_file_are_shown_at_once() -> None:
    sources = small()
    sources[FLOW] = sources[FLOW].replace("status: draft", "statsu: draft").replace("goto: close", "goto: clsoe")

    found = [str(problem) for problem in from_sources(sources).problems]

    assert found == [
        'sample.yaml:1: the flow needs "status".',
        'sample.yaml:3: the flow has no "statsu"; did you mean "status"?',
        'sample.yaml:39: there is no step "clsoe" to go to; did you mean "close"?',
    ]


def test_a_missing_file_is_one_problem_and_no_echo() -> None:
    for name in ("practice.yaml", "notices.yaml", "redflags.yaml", "plan.yaml", "tips.yaml"):
        sources = small()
        del sources[name]

        found = [str(problem) for problem in from_sources(sources).problems]

        assert found == [f"{name}:1: this file is missing."]


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    found = from_sources({**small(), "sample.yaml": "# padding\n" * 8000}).problems

    assert [str(problem) for problem in found] == ["sample.yaml:1: the file is larger than 64 KiB; split it."]


def test_words_have_no_range() -> None:
    found = [str(problem) for problem in from_sources(broken(FLOW, "kind: scale", "kind: words")).problems]

    sentence = 'a question that wants words has one answer: "when: any".'
    assert found[:2] == [f"sample.yaml:{line}: {sentence}" for line in (12, 14)]


def test_hours_that_never_open_are_refused() -> None:
    sources = small()
    sources["practice.yaml"] = sources["practice.yaml"].replace('"08:00-17:00"', "closed")

    found = [problem.sentence for problem in from_sources(sources).problems]

    assert found == ["the office must be open on one day of the week at least."]


def test_a_lesser_red_flag_needs_words_for_when_nobody_is_there() -> None:
    sources = broken("redflags.yaml", '    tell_out_of_hours:\n      en: "That is a lot of pain.', '    #\n      #"')
    table = sources["redflags.yaml"].splitlines()
    place = table.index(
        '      #" Our office is closed: call {clinic_phone} now. New weakness, numb between the legs, or '
        "can't pee? Call 911 now.\""
    )
    del table[place + 1]

    found = [problem.sentence for problem in from_sources({**sources, "redflags.yaml": "\n".join(table)}).problems]

    assert found == ['"uncontrolled_pain" needs "tell_out_of_hours": staff are not always there.']


def test_a_conversation_that_goes_round_is_refused() -> None:
    sources = broken(FLOW, "      - when: ..3\n", "      - when: ..3\n        goto: where\n")

    found = [problem for problem in from_sources(sources).problems if not problem.is_warning]

    assert {problem.sentence for problem in found} == {
        f'a conversation at "{name}" can go round for ever, and never end.'
        for name in ("pain", "danger", "where", "days")
    }
    assert [problem.line for problem in found] == [6, 16, 26, 41]


def test_a_danger_that_nobody_asks_about_is_missed() -> None:
    sources = broken(FLOW, "opioid_emergency, dvt, pe, fall]", "opioid_emergency, fall]")

    found = [str(problem) for problem in from_sources(sources).problems]

    assert found == ["plan.yaml:5: nothing in the first 14 days asks about dvt or pe."]


def test_a_policy_that_is_too_slow_is_never_taken_even_from_a_file_that_nobody_checked() -> None:
    sources = small()
    sources["practice.yaml"] = (
        sources["practice.yaml"].replace("again: 15m ", "again: 99d ").replace("due: 2d ", "due: 9d ")
    )

    loaded = from_sources(sources)

    assert loaded.practice is None or loaded.practice.policy == WALK


def test_a_practice_without_a_policy_has_the_walks() -> None:
    sources = small()
    before, _, after = sources["practice.yaml"].partition("escalation:")
    sources["practice.yaml"] = before + after[after.index("numbers:") :]

    loaded = from_sources(sources)

    assert loaded.practice is not None
    assert loaded.practice.policy == WALK


def test_a_broken_conversation_costs_neither_the_table_nor_the_practice() -> None:
    loaded = from_sources(broken(FLOW, "kind: scale", "kind: scael"))

    assert loaded.library is None
    assert loaded.table is not None
    assert loaded.practice is not None


def test_the_small_library_has_no_mistakes() -> None:
    loaded = from_sources(small())

    assert loaded.problems == ()
    assert loaded.library is not None


def test_a_practice_that_says_nothing_of_silence_has_what_ships() -> None:
    sources = small()
    before, _, after = sources["practice.yaml"].partition("silence:\n")
    sources["practice.yaml"] = before + after[after.index("numbers:\n") :]

    loaded = from_sources(sources)

    assert loaded.practice is not None
    assert (loaded.practice.silence, loaded.practice.not_reached) == (LADDERS, NOT_REACHED)
    assert loaded.practice.templates == ()


def test_a_silence_that_climbs_too_slowly_is_never_taken_even_from_a_file_that_nobody_checked() -> None:
    sources = small()
    sources["practice.yaml"] = sources["practice.yaml"].replace("call: 48h", "call: 99d")

    loaded = from_sources(sources)

    assert loaded.practice is None or loaded.practice.silence == LADDERS
