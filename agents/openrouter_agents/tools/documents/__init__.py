"""An index of one's own files: finding and reading them, cutting them into passages, and keeping these in SQLite."""
