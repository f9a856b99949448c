"""An OpenRouter on loopback."""
