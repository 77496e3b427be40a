"""Words go to a translator and come back, and nothing else in the files changes."""

from __future__ import annotations

import io

from babel.messages.pofile import read_po, write_po

from bot.flowfile import po
from bot.flowfile.library import from_sources, load
from tests.flowfile.small import SHIPPED, small


def _translated(text: str, how: object) -> str:
    catalog = read_po(io.BytesIO(text.encode()))
    for message in catalog:
        if message.id:
            message.string = how(message.id)  # type: ignore[operator]
    held = io.BytesIO()
    write_po(held, catalog, width=0)
    return held.getvalue().decode()


def test_what_was_exported_comes_back_unchanged() -> None:
    library = load(SHIPPED).library
    assert library is not None

    after, problems = po.take_in(library.sources, po.export(library.sources, "es"), "es")

    assert problems == ()
    assert after == library.sources


def test_a_new_language_is_put_beside_the_others_with_comments_kept() -> None:
    sources = small()
    sources["practice.yaml"] += "languages: [en, es, fr]\n"

    after, problems = po.take_in(sources, _translated(po.export(sources, "fr"), lambda words: f"[{words}]"), "fr")

    assert problems == ()
    assert '      en: "Thank you."\n      es: "Gracias."\n      fr: "[Thank you.]"\n' in after["sample.yaml"]
    assert 'label: {en: "back", es: "espalda", fr: "[back]"}' in after["sample.yaml"]
    assert all(line in after["redflags.yaml"] for line in sources["redflags.yaml"].splitlines() if line.startswith("#"))
    missing = [problem for problem in from_sources(after).problems if "missing" in problem.sentence]
    assert missing == []


def test_a_correction_replaces_the_words_and_nothing_else() -> None:
    sources = small()
    text = po.export(sources, "es").replace('msgstr "Gracias."', 'msgstr "Muchas \\"gracias\\"."')

    after, _ = po.take_in(sources, text, "es")

    assert after["sample.yaml"] == sources["sample.yaml"].replace('"Gracias."', '"Muchas \\"gracias\\"."')
    assert {**after, "sample.yaml": ""} == {**sources, "sample.yaml": ""}


def test_what_cannot_be_taken_in_is_named() -> None:
    sources = small()
    exported = po.export(sources, "es")
    changed = {**sources, "sample.yaml": sources["sample.yaml"].replace('"Thank you."', '"Thanks."')}
    gone = {**sources, "sample.yaml": sources["sample.yaml"].partition("  - say: close")[0]}
    lost = exported.replace("Llame {clinic_phone}", "Llame")

    assert [p.sentence for p in po.take_in(changed, exported, "es")[1]] == [
        "the English has changed since this was translated; export again."
    ]
    assert [p.sentence for p in po.take_in(gone, exported, "es")[1]] == ["no text stands at this place any more."]
    assert {
        p.sentence.partition(":")[0]
        for p in po.take_in(sources, lost.replace("{clinic_phone}. Emergencia", "X. Emergencia"), "es")[1]
    } == {"the translation must hold the same placeholders as the English"}
    assert po.take_in(sources, "msgid nonsense", "es")[1][0].file == "the PO file"


def test_a_translator_is_told_what_a_placeholder_is() -> None:
    sources = {"a.yaml": 'text: {en: "For {no_poop_days:day|days}", es: ""}\n'}

    exported = po.export(sources, "es")

    assert "#. {no_poop_days:day|days} is a number with its noun: give the noun's forms" in exported
