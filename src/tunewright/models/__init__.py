"""Base models: fetch into the shared cache, load (quantized), attach and read adapters."""
