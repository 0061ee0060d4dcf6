"""What answers prompts: transformers in this process, vLLM, or a server. All of them are an `Engine`."""
