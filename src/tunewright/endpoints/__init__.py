"""Servers that answer chats in OpenAI's protocol: asked politely, paid within a budget, each answer kept."""
