"""Editors and the reader agree: one source for both."""

from __future__ import annotations

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.core.redflag.phrases import A_RULE_MAY_HOLD, MAY_HOLD
from bot.flowfile.library import PARTS, load
from bot.flowfile.schema import FILES, schema
from bot.flowfile.shape import PHRASES, RULE
from tests.flowfile.small import SHIPPED


class Plain(yaml.SafeLoader):
    """YAML 1.2 as editors read it: dates and `yes` are text."""


Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in {"timestamp", "bool"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Plain.add_implicit_resolver("tag:yaml.org,2002:bool", __import__("re").compile("true|false"), list("tf"))


def _kind(path: str) -> str:
    if path.removesuffix(".yaml") in FILES:
        return path.removesuffix(".yaml")
    return "part" if path.startswith(PARTS) else "flow"


@pytest.mark.parametrize("kind", FILES)
def test_what_is_published_is_what_the_reader_uses(kind: str) -> None:
    published = json.loads((SHIPPED / "schema" / f"{kind}.json").read_text("utf-8"))

    assert published == schema(kind)
    Draft202012Validator.check_schema(published)


def test_every_shipped_file_fits_its_schema_and_names_it() -> None:
    library = load(SHIPPED).library
    assert library is not None

    for path, text in library.sources.items():
        kind = _kind(path)
        errors = [error.message for error in Draft202012Validator(schema(kind)).iter_errors(yaml.load(text, Plain))]  # noqa: S506
        assert (path, errors) == (path, [])
        assert f"schema/{kind}.json" in text.partition("\n")[0]


@pytest.mark.parametrize(
    ("old", "new"), [("kind: yes_no", "kind: yesno"), ("  - use: close", "  - uses: close"), ("status: draft", "")]
)
def test_an_editor_sees_what_the_reader_would_refuse(old: str, new: str) -> None:
    text = (SHIPPED / "checkins" / "day-13.yaml").read_text("utf-8")
    assert old in text

    broken = yaml.load(text.replace(old, new), Plain)  # noqa: S506

    assert list(Draft202012Validator(schema("flow")).iter_errors(broken))


def test_the_phrases_know_the_names_that_their_compiler_knows() -> None:
    assert set(PHRASES) == MAY_HOLD
    assert set(RULE) == A_RULE_MAY_HOLD
