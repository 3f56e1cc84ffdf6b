"""`analyzer models` as a person or a script meets it; the models come from a hub on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analyzer.cli import models
from analyzer.cli.app import app
from analyzer.cli.doctor import findings, suggested_preset
from analyzer.weights import manifests, store
from tests.hub_server import FIRST_COMMIT, Hub, serving
from tests.tiny import made_up, place

WEIGHTS = b"w" * 20_000
MODEL = made_up()
UNFREE = made_up(
    id="unfree", presets=["best"], licence="CC-BY-NC-4.0", commercial_use=False, package="nowhere", extra="pretrained"
)
EMBEDDED = made_up(id="embedded", source="package", repository="", files=[], presets=["embedded"])


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(manifests, "load", lambda: (MODEL, UNFREE, EMBEDDED))
    monkeypatch.setenv("ANALYZER_MODELS_DIR", str(tmp_path / "models"))
    with serving(Hub({FIRST_COMMIT: {"model.txt": WEIGHTS}})) as found:
        monkeypatch.setenv("HF_ENDPOINT", found.address)
        yield found


def run(*words: str, answer: str | None = None) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    done = CliRunner().invoke(app, ["models", *words], input=answer, catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def test_nothing_is_pulled_where_there_is_nobody_to_ask(server: Hub) -> None:
    code, out, err = run("pull", "some-model")
    assert code == 2 and "--yes" in err and not out
    assert server.asked == []


def test_pull_says_sizes_and_licences_and_brings_the_model(server: Hub) -> None:
    code, out, err = run("pull", "light", "--yes")
    assert code == 0 and not err
    assert "some-model  [ocr]  0.0 MB, MIT" in out and FIRST_COMMIT[:12] in out
    assert store.verify(MODEL) == []
    asked = len(server.asked)
    code, out, err = run("pull", "light", "--yes")
    assert code == 0 and "here, revision" in out and len(server.asked) == asked
    code, out, err = run("pull", "light", "--yes", "--update")
    assert code == 0 and "nothing newer" in out and server.sent_bytes == len(WEIGHTS)


def test_a_licence_that_forbids_and_a_package_that_lacks_are_said_first(server: Hub) -> None:
    _, out, _ = run("pull", "unfree", "--yes")
    assert "NOT for commercial use" in out and "states the licence 'mit'" in out
    assert "pip install 'content-analyzer[pretrained]'" in out


def test_who_says_no_gets_nothing(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_is_attended", lambda: True)
    code, out, _ = run("pull", "some-model", answer="n\n")
    assert code == 2 and "MB in all" in out
    assert server.sent_bytes == 0
    assert run("pull", "some-model", answer="y\n")[0] == 0 and store.lock_of(MODEL) is not None


def test_without_a_name_the_preset_for_this_machine_is_meant(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyzer.cli.doctor.suggested_preset", lambda: "light")
    code, out, _ = run("pull", "--yes")
    assert code == 0 and "The preset light suits this machine" in out and store.lock_of(MODEL) is not None


def test_one_model_that_fails_does_not_keep_the_other_back(server: Hub) -> None:
    server.repository = "nobody/nothing"
    code, _, err = run("pull", "some-model", "unfree", "--yes")
    assert code == 2 and len(err.splitlines()) == 2
    code, _, err = run("pull", "no-such-model", "--yes")
    assert code == 2 and "some-model" in err


def test_without_a_network_one_sentence_is_enough(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    code, _, err = run("pull", "some-model", "unfree", "--yes")
    assert code == 2 and len(err.splitlines()) == 1 and "cannot be reached" in err


def test_what_comes_with_the_installation_is_not_pulled(server: Hub) -> None:
    assert run("pull", "embedded")[:2] == (0, "These models come with the installation: there is nothing to pull.\n")
    assert run("path", "embedded")[0] == 2 and run("pull", "embedded", "--from", ".")[0] == 2


def test_own_files_need_no_hub_and_no_question(server: Hub, tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(WEIGHTS)
    code, out, _ = run("pull", "some-model", "--from", str(tmp_path / "mine.onnx"))
    assert code == 0 and "revision local" in out and server.asked == []
    code, _, err = run("pull", "some-model", "--from", str(tmp_path / "absent"))
    assert code == 2 and "lacks model.txt" in err


def test_verify_finds_a_byte_that_changed(server: Hub) -> None:
    assert run("verify")[:2] == (0, "No weights were brought to this machine yet.\n")
    run("pull", "some-model", "--yes")
    code, out, _ = run("verify")
    assert code == 0 and "as it was brought" in out
    (store.folder_of(MODEL) / "model.txt").write_bytes(WEIGHTS[:-1] + b"?")
    code, out, _ = run("verify")
    assert code == 1 and "damaged" in out
    assert run("pull", "some-model", "--yes")[0] == 0 and run("verify")[0] == 0


def test_path_and_remove(server: Hub) -> None:
    run("pull", "some-model", "--yes")
    assert run("path")[1].strip() == str(store.root())
    assert run("path", "some-model")[1].strip() == str(store.folder_of(MODEL))
    code, out, _ = run("remove", "some-model")
    assert code == 0 and "MB freed" in out and not store.folder_of(MODEL).exists()
    code, _, err = run("remove", "some-model")
    assert code == 2 and "is not on this machine" in err


def test_list_says_what_is_here(server: Hub) -> None:
    assert "not here: analyzer models pull some-model" in run("list")[1]
    run("pull", "some-model", "--yes")
    rows = {row["id"]: row for row in json.loads(run("list", "--format", "json")[1])}
    assert rows["some-model"]["revision"] == FIRST_COMMIT and rows["unfree"]["revision"] is None
    assert "no commercial use" in run("list")[1]


def test_doctor_counts_models_and_finds_a_folder_without_a_lock(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyzer.cli.doctor._device", lambda: (True, "not looked at: it would load torch"))
    monkeypatch.setenv("HTTPS_PROXY", "http://somebody:hunter2@proxy.example:3128")
    monkeypatch.setenv("HF_TOKEN", "hf_made_up")
    store.folder_of(MODEL).mkdir(parents=True)
    text = "\n".join(sentence for _, sentence in findings())
    assert "0 of 1 models are here (analyzer models pull light)" in text
    assert "proxy.example" in text and "hunter2" not in text and "hf_made_up" not in text
    assert [good for good, sentence in findings() if "has no lock" in sentence] == [False]
    (store.folder_of(MODEL) / "model.txt").write_bytes(WEIGHTS)
    place(MODEL)
    assert not any("has no lock" in sentence for _, sentence in findings())


def test_a_machine_without_torch_is_offered_the_light_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyzer.cli.doctor.find_spec", lambda name: None)
    assert suggested_preset() == "light"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--model", "ocr"], "TASK=ID"),
        (["--model", "=vader"], "TASK=ID"),
        (["--model", "ocr=vader"], "vader is for sentiment"),
        (["--model", "ocr=no-such-model"], "no model 'no-such-model'"),
        (["--comments", "absent.csv"], "cannot be opened"),
        (["--device", "abacus"], "abacus"),
    ],
)
def test_models_and_comments_of_a_check_that_make_no_sense(words: list[str], says: str, tmp_path: Path) -> None:
    asset = tmp_path / "picture.png"
    asset.write_bytes(b"never read")
    done = CliRunner().invoke(app, ["check", str(asset), *words], catch_exceptions=False)
    assert done.exit_code == 2 and says in done.stderr and not done.stdout


def test_verify_says_what_is_not_loaded_though_it_is_as_it_was_brought(server: Hub) -> None:
    folder = store.folder_of(MODEL)
    folder.mkdir(parents=True)
    (folder / "model.txt").write_text("words")
    place(MODEL)
    assert run("verify")[0] == 0
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    code, out, _ = run("verify")
    assert code == 1 and "pytorch_model.bin lies beside its files" in out


def test_words_of_manifests_and_servers_steer_no_terminal(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = made_up(
        quality="On 10 pictures of the project it was good\x1b[31m\x07", limits="There are, it says, none\r\u202e"
    )
    monkeypatch.setattr(manifests, "load", lambda: (hostile,))
    out = run("list")[1]
    assert "good<U+001B>[31m<U+0007>" in out and "none<U+000D><U+202E>" in out
    assert json.loads(run("list", "--format", "json")[1])[0]["quality"] == hostile.quality


def test_doctor_goes_on_where_one_thing_cannot_be_looked_at(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[tuple[bool, str]]:
        raise RuntimeError("no driver\x1b[31m")

    monkeypatch.setattr("analyzer.cli.doctor.LOOKS", (broken, lambda: [(True, "a disk")]))
    done = CliRunner().invoke(app, ["doctor"], catch_exceptions=False)
    assert done.exit_code == 1 and "MISS  broken: cannot be looked at (RuntimeError: no driver<U+001B>" in done.stdout
    assert "ok    a disk" in done.stdout
