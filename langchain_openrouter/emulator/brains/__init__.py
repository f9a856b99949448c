"""Brains that come with the emulator."""
