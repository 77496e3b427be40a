"""Checking a folder, or one file among its neighbours."""

from __future__ import annotations

from pathlib import Path

from bot.flowfile.check import check, check_sources
from bot.flowfile.library import load
from tests.flowfile.small import FLOW, small


def _folder(tmp_path: Path, **changes: str) -> Path:
    folder = tmp_path / "flows"
    (folder / "talks").mkdir(parents=True)
    for name, text in {**small(), **changes}.items():
        place = folder / "talks" / name if name == "sample.yaml" else folder / name
        place.write_text(text, "utf-8")
    return folder


def test_a_sound_folder_has_no_problem(tmp_path: Path) -> None:
    assert check(_folder(tmp_path)).problems == ()


def test_a_file_is_checked_with_its_neighbours_and_only_it_is_reported(tmp_path: Path) -> None:
    changes = {"sample.yaml": FLOW.replace("kind: scale", "kind: scael"), "tips.yaml": "tips: {}\n"}
    folder = _folder(tmp_path, **changes)

    found = [str(problem) for problem in check(folder / "talks" / "sample.yaml").problems]

    assert found[0] == 'talks/sample.yaml:7: "kind" cannot be "scael"; did you mean "scale"?'
    assert all(line.startswith("talks/sample.yaml:") for line in found)


def test_a_file_without_neighbours_is_judged_by_itself(tmp_path: Path) -> None:
    alone = tmp_path / "sample.yaml"
    alone.write_text(FLOW.replace("goto: close", "goto: clsoe"), "utf-8")

    found = [str(problem) for problem in check(alone).problems]

    assert found == ['sample.yaml:39: there is no step "clsoe" to go to; did you mean "close"?']


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    found = [problem.sentence for problem in check(tmp_path / "nowhere").problems]

    assert found == ["there is no such folder."]


def test_text_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "talks" / "other.yaml").write_bytes("flow: other\ntitle: día\n".encode("latin-1"))

    loaded = load(folder)

    assert [str(problem) for problem in loaded.problems] == [
        "talks/other.yaml:2: this is not UTF-8; save the file as UTF-8."
    ]
    assert loaded.library is None


def test_a_file_with_another_ending_is_not_quietly_passed_over(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "extra.yml").write_text("flow: extra\n", "utf-8")

    found = [str(problem) for problem in load(folder).problems]

    assert found == ['extra.yml:1: the name must end in ".yaml", or the file would not be read.']


def test_two_flows_of_one_name_are_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "sample.yaml").write_text(FLOW, "utf-8")

    found = [str(problem) for problem in load(folder).problems]

    assert found == ['talks/sample.yaml:1: there is a flow "sample" in sample.yaml already.']


def test_an_editors_own_file_is_left_alone(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / ".#sample.yaml").write_text("anything", "utf-8")

    assert check(folder).problems == ()


def test_what_is_published_is_what_is_in_the_folder(tmp_path: Path) -> None:
    library = load(_folder(tmp_path)).library
    assert library is not None

    assert set(library.sources) == {*small(), "talks/sample.yaml"} - {"sample.yaml"}
    assert check_sources(library.sources).problems == ()


def test_broken_phrases_are_reported_with_the_rest() -> None:
    found = check_sources({**small(), "phrases.yaml": "a: [\n"}).problems

    assert [problem.file for problem in found] == ["phrases.yaml"]


def test_a_grade_is_a_hint_in_a_language_without_a_formula_of_its_own() -> None:
    hard = "Communiquez immédiatement toute détérioration significative."
    source = small()["sample.yaml"].replace('es: "Gracias."', f'es: "Gracias."\n      fr-CA: "{hard}"')
    sources = {**small(), "sample.yaml": source}
    sources["practice.yaml"] += "languages: [en, es, fr-CA]\n"

    told = [problem for problem in check_sources(sources).problems if "reads at grade" in problem.sentence]

    assert [(problem.file, problem.is_warning) for problem in told] == [("sample.yaml", True)]
