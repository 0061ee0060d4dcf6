"""Fetching `tiny` and `path`, the record, and finding a model again from the record alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest

from tunewright.artifacts import BASE_MODEL, sha256_file
from tunewright.config.schema.model import Model
from tunewright.errors import ModelError, TunewrightError
from tunewright.models import tiny
from tunewright.models.fetch import fetch, resolve
from tunewright.models.folder import check_folder
from tunewright.models.record import BaseModelRecord, read_record, write_record
from tunewright.stages import fetch as stage

TINY = Model(source="tiny", licence="apache-2.0")


@pytest.fixture
def own_model(tiny_folder, tmp_path):
    """A folder of the user's, with things in it that do not belong to the model."""
    folder = shutil.copytree(tiny_folder, tmp_path / "my model")
    (folder / "optimizer.pt").write_bytes(b"pickle")
    (folder / "modeling_own.py").write_text("")
    (folder / "onnx").mkdir()
    return folder


def of_path(folder, **changes):
    return Model(source="path", path=str(folder), licence="own", **changes)


def test_tiny_is_the_same_every_time(cache, tmp_path):
    record = fetch(TINY, None)
    (tmp_path / "again").mkdir()
    tiny.build(tmp_path / "again")
    assert record.files == {path.name: sha256_file(path) for path in (tmp_path / "again").iterdir()}
    assert asdict(record) == {
        "source": "tiny",
        "name": "tiny",
        "revision": tiny.VERSION,
        "licence": "apache-2.0",
        "files": record.files,
        "gguf_file": None,
        "wheel_sha256": None,
    }


def test_tiny_can_learn(tiny_folder):
    import torch

    from tunewright.models.load import load_model, load_tokenizer

    tokenizer = load_tokenizer(tiny_folder)
    model = load_model(tiny_folder, device="cpu", precision="fp32").train()
    ids = torch.tensor([tokenizer("My kettle is broken. Ünïcode: 水壶")["input_ids"]])
    assert tokenizer.decode(ids[0]) == "My kettle is broken. Ünïcode: 水壶"
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(30):
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert loss.item() < 0.5


def test_the_record_survives_the_file(cache, tmp_path):
    record = fetch(TINY, None)
    write_record(tmp_path / "base_model.json", record)
    assert read_record(tmp_path / "base_model.json") == record
    assert str(tmp_path) not in (tmp_path / "base_model.json").read_text()


def test_a_foreign_record_is_refused(tmp_path):
    (tmp_path / "base_model.json").write_text('{"source": "hub"}')
    with pytest.raises(TunewrightError, match=r"base_model\.json: was edited by hand"):
        read_record(tmp_path / "base_model.json")


def test_resolve_builds_what_the_cache_lacks(cache):
    record = fetch(TINY, None)
    shutil.rmtree(cache)
    assert (resolve(record) / "config.json").is_file()


def test_resolve_mends_a_damaged_file(cache):
    record = fetch(TINY, None)
    path = resolve(record) / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert sha256_file(resolve(record) / "model.safetensors") == record.files["model.safetensors"]


def test_resolve_refuses_what_differs_from_the_record(cache):
    record = fetch(TINY, None)
    other = replace(record, files={**record.files, "model.safetensors": "0" * 64})
    with pytest.raises(ModelError, match="differs from the recorded hashes"):
        resolve(other)
    assert resolve(record).is_dir()


def test_a_local_folder_is_copied_without_its_path(cache, own_model):
    record = fetch(of_path(own_model), None)
    assert (record.source, record.name) == ("path", "my model")
    assert str(own_model.parent) not in json.dumps(asdict(record))
    assert not {"optimizer.pt", "modeling_own.py", "onnx"} & set(record.files)
    shutil.rmtree(own_model)
    assert {path.name for path in resolve(record).iterdir()} == {*record.files, ".tunewright.json"}


def test_code_is_copied_only_if_it_is_trusted(cache, own_model):
    without = fetch(of_path(own_model), None)
    trusted = fetch(of_path(own_model, trust_remote_code=True), None)
    assert "modeling_own.py" in trusted.files
    assert (resolve(trusted) / "modeling_own.py").is_file()
    assert not (resolve(without) / "modeling_own.py").exists()


def test_a_changed_folder_is_another_revision_and_the_old_one_stays(cache, own_model):
    old = fetch(of_path(own_model), None)
    with (own_model / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    new = fetch(of_path(own_model), old)
    assert new.revision != old.revision
    assert resolve(old) != resolve(new)
    assert sha256_file(resolve(old) / "model.safetensors") == old.files["model.safetensors"]


def test_a_local_model_on_another_machine_is_explained(cache, own_model):
    record = fetch(of_path(own_model), None)
    shutil.rmtree(cache)
    with pytest.raises(ModelError, match=r"my model@\w+: .*no copy of it") as caught:
        resolve(record)
    assert "model.path" in caught.value.fix


def test_a_local_folder_is_checked(cache, own_model):
    (own_model / "model.safetensors").rename(own_model / "pytorch_model.bin")
    with pytest.raises(ModelError, match="my model: holds no weights as safetensors"):
        fetch(of_path(own_model), None)


def test_a_missing_folder_is_named(cache, tmp_path):
    with pytest.raises(ModelError, match=r"model\.path: no such folder: .*nowhere"):
        fetch(of_path(tmp_path / "nowhere"), None)


def shards(folder):
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    (folder / "model.safetensors.index.json").write_text(
        json.dumps(
            {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
        )
    )


def damaged_configuration(folder):
    (folder / "tokenizer_config.json").write_text("{")
    (folder / "chat_template.jinja").unlink()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "config.json").unlink(), r"config\.json is missing"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer"),
        (lambda folder: (folder / "chat_template.jinja").unlink(), "has no chat template"),
        (lambda folder: (folder / "model.safetensors").rename(folder / "model.bin"), "never loaded"),
        (damaged_configuration, "tokenizer_config.json is damaged"),
        (shards, "lacks 1 of 2 weight files, model-00002"),
    ],
)
def test_an_unusable_folder_is_named(tiny_folder, tmp_path, damage, message):
    folder = shutil.copytree(tiny_folder, tmp_path / "model")
    check_folder(folder, "my model")
    damage(folder)
    with pytest.raises(ModelError, match=f"my model: .*{message}") as caught:
        check_folder(folder, "my model")
    assert caught.value.fix


def test_the_stage_writes_the_record_and_keeps_it(cache, tmp_path, monkeypatch):
    settings = SimpleNamespace(settings=SimpleNamespace(model=TINY))
    monkeypatch.setattr(stage, "stage_settings", lambda name, root: settings)
    stage.run(tmp_path)
    first = (tmp_path / BASE_MODEL).read_bytes()
    assert isinstance(read_record(tmp_path / BASE_MODEL), BaseModelRecord)
    seen = []
    monkeypatch.setattr(stage, "fetch", lambda model, locked: seen.append(locked) or fetch(model, locked))
    stage.run(tmp_path)
    assert seen == [read_record(tmp_path / BASE_MODEL)]
    assert (tmp_path / BASE_MODEL).read_bytes() == first
