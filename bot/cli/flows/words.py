"""`mendline flows schema`, `export` and `import`: for editors, and for translators."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.cli import inputs, output
from bot.cli.flows import places


@click.command()
@click.argument("kind", default="flow")
def schema(*, kind: str) -> None:
    """The JSON Schema of one kind of file: flow, part, plan, tips or practice.

    Editors complete and explain a file that begins with: # yaml-language-server: $schema=../schema/flow.json
    """
    from bot.flowfile.schema import FILES
    from bot.flowfile.schema import schema as made

    inputs.one_of(kind, FILES, option="KIND")
    output.say(json.dumps(made(kind), indent=2))


@click.command(name="export")
@click.argument("language")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The PO file to write; else it is printed.")
def export_words(*, language: str, to: Path | None) -> None:
    """Every text for a translator, as a PO file; what is translated already is in it.

    \b
    Example:
      mendline flows export es --to es.po
    """
    from bot.flowfile import po

    known_language(language)
    text = po.export(places.sources(places.folder()), language)
    if to is None:
        output.say(text.rstrip())
    else:
        places.keep(to, text, option="--to")
        output.say(f"{places.count(text.count('msgctxt '), 'text')} in {to}.")


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lang", "language", required=True, help="The language of the translations.")
def import_words(*, file: Path, language: str) -> None:
    """Put a translator's PO file into the flows. Nothing else in the files changes; fuzzy entries are left out."""
    from bot.flowfile import po

    known_language(language)
    folder = places.folder()
    before = places.sources(folder)
    after, problems = po.take_in(before, places.read_text(file, option="FILE"), language)
    changed = [name for name in after if after[name] != before[name]]
    for name in changed:
        places.keep(folder / name, after[name], option="MENDLINE_FLOWS")
    for problem in problems:
        output.say(f"{file}:{problem.line}: {problem.file}: {problem.sentence}")
    output.say(f"{places.count(len(changed), 'file')} changed, {places.count(len(problems), 'text')} not taken in.")
    if problems:
        places.fail()


def known_language(language: str) -> None:
    from babel import Locale, UnknownLocaleError

    from bot.errors import UserError

    try:
        Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        raise UserError(f"{language!r} is no language: write a tag like es, fr or pt-BR.") from None
