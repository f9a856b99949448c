"""Where what is kept between runs goes, and for how long it is new: for every cache, those of other packages too."""

from __future__ import annotations

from langchain_openrouter._environment import read_variable
from langchain_openrouter._ttl import ttl_of

__all__ = ["cache_directory", "ttl_of"]


def cache_directory() -> str:
    """The directory of caches: `OPENROUTER_CACHE_DIR`, else the user's cache directory. It may not be there yet."""
    if chosen := read_variable("OPENROUTER_CACHE_DIR"):
        return chosen
    from platformdirs import user_cache_dir

    return user_cache_dir("langchain-openrouter-agents", appauthor=False)
