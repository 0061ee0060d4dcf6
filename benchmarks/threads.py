"""How OpenMP threads should wait: seconds a training step, by setting, on an idle and on a shared machine.

    python benchmarks/threads.py

A process for each setting takes LoRA steps on a model of random weights in the shape of SmolLM2-135M; for
the shared machine, one other process keeps a core busy. Prints a markdown table of medians.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

SETTINGS = {
    "spin for milliseconds (the default)": {},
    "GOMP_SPINCOUNT=3000 (what stages set)": {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "3000"},
    "GOMP_SPINCOUNT=300": {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "300"},
    "OMP_WAIT_POLICY=PASSIVE (no spinning)": {"OMP_WAIT_POLICY": "PASSIVE"},
}
STEPS = 6


def main() -> None:
    """Time every setting, first with the machine as it is, then beside a busy process."""
    alone = {name: _median(name) for name in SETTINGS}
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as neighbour:
        beside = {name: _median(name) for name in SETTINGS}
        neighbour.kill()
    print("| threads that wait | nothing else running | beside one busy process |\n|---|---|---|")
    for name in SETTINGS:
        print(f"| {name} | {alone[name]:.2f} s | {beside[name]:.2f} s |")


def _median(name: str) -> float:
    clean = {k: v for k, v in os.environ.items() if k not in {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"}}
    done = subprocess.run(
        [sys.executable, __file__, "--steps"],
        env=clean | SETTINGS[name],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return statistics.median(float(line) for line in done.stdout.split())


def _steps() -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    shape = LlamaConfig(
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        vocab_size=8192,
        attn_implementation="eager",
    )
    base = LlamaForCausalLM(shape).to(torch.bfloat16)
    model = get_peft_model(base, LoraConfig(r=16, target_modules="all-linear", task_type="CAUSAL_LM"))
    tokens = torch.randint(0, 8192, (8, 110))
    for step in range(STEPS + 1):
        start = time.perf_counter()
        model(input_ids=tokens, labels=tokens).loss.backward()
        if step:  # the first one allocates
            print(time.perf_counter() - start)


if __name__ == "__main__":
    _steps() if "--steps" in sys.argv else main()
