"""Runs inside the sandbox: a matplotlib backend that keeps every figure which is shown, saved or left open, as a PNG.

Each is drawn the same way whatever the model's `savefig` said, so that a figure which is first saved and then shown
comes out as the same bytes and is kept once.
"""

import io
import os
from typing import Any

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_MAX_SIDE_PIXELS = 2_000
_MAX_IMAGES = int(os.environ["SANDBOX_MAX_IMAGES"])
_MAX_IMAGE_BYTES = int(os.environ["SANDBOX_MAX_IMAGE_BYTES"])
_SMALLER = (1.0, 0.6, 0.35)

_kept: list[bytes] = []
_notes: list[str] = []
_save = Figure.savefig


class _Manager(FigureManagerBase):
    def show(self) -> None:
        """Keep the figure: `Figure.show()`."""
        keep(self.canvas.figure)

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:  # noqa: ARG003  # matplotlib's signature
        """Keep all open figures and close them: `plt.show()`."""
        keep_open_figures()


class FigureCanvas(FigureCanvasAgg):
    """What pyplot looks for in a backend."""

    manager_class = _Manager


def keep(figure: Figure) -> None:
    """Draw a figure and keep it, unless it is already kept or there is no room."""
    image = _draw(figure)
    if image is None:
        _notes.append(f"a plot was dropped: it is over {_MAX_IMAGE_BYTES} bytes")
    elif image in _kept:
        return
    elif len(_kept) >= _MAX_IMAGES:
        _notes.append(f"a plot was dropped: only the first {_MAX_IMAGES} of a call are kept")
    else:
        _kept.append(image)


def keep_open_figures() -> None:
    """Keep all of pyplot's figures and close them."""
    for manager in Gcf.get_all_fig_managers():
        keep(manager.canvas.figure)
    Gcf.destroy_all()


def drain(images: list[bytes]) -> list[str]:
    """Move what this call drew into `images`.

    Returns:
        Notes for the model, each once: what was dropped, and why.
    """
    try:
        keep_open_figures()
    except Exception as problem:  # noqa: BLE001  # a figure the model left half-made may raise anything when drawn
        Gcf.destroy_all()
        _notes.append(f"a plot was dropped: {type(problem).__name__}: {problem}")
    images += _kept
    notes = list(dict.fromkeys(_notes))
    _kept.clear()
    _notes.clear()
    return notes


def _draw(figure: Figure) -> bytes | None:
    widest = max(float(side) for side in figure.get_size_inches())
    dpi = min(float(figure.dpi), _MAX_SIDE_PIXELS / widest)
    for scale in _SMALLER:
        buffer = io.BytesIO()
        _save(figure, buffer, format="png", dpi=dpi * scale)
        if buffer.tell() <= _MAX_IMAGE_BYTES:
            return buffer.getvalue()
    return None


def _save_and_keep(self: Figure, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  # passed on unseen
    _save(self, *arguments, **options)
    keep(self)


setattr(Figure, "savefig", _save_and_keep)  # noqa: B010  # a patch on purpose: `savefig` is how most code plots
