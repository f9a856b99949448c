"""Tests against recorded traffic."""
