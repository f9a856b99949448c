"""The commands of `openrouter-agent` that show money and models. Nothing heavy is imported before one of them runs."""
