"""Reads the attacks: programs by kind in `attacks/`, each under a line `## its name`.

`---` on a line of its own separates calls of one conversation. A first line `# dies` says that the worker must be gone
after it. `$NAME` stands for what a test knows of the host. Programs say `REACHED` when they got out, and `RAN` when
they started a process, which only some sandboxes forbid. Numbers of system calls are those of x86-64; elsewhere they
mean other calls, which must not get out either.
"""

from dataclasses import dataclass
from pathlib import Path
from string import Template

_FOLDER = Path(__file__).parent / "attacks"
_HEAVY = ("numpy", "pandas", "matplotlib")


@dataclass(frozen=True)
class Attack:
    kind: str
    name: str
    calls: tuple[str, ...]

    @property
    def dies(self):
        return self.calls[0].startswith("# dies\n")

    @property
    def is_slow(self):
        """Whether it imports what takes its time."""
        return any(name in call for call in self.calls for name in _HEAVY)

    def aimed(self, facts):
        """The programs, with what the test knows of the host in the place of names."""
        return [Template(call).safe_substitute(facts) for call in self.calls]

    def __str__(self):
        return f"{self.kind}: {self.name}"


def read_attacks():
    return [
        Attack(file.stem, name.strip(), tuple(code.strip("\n") + "\n" for code in body.split("\n---\n")))
        for file in sorted(_FOLDER.glob("*.txt"))
        for name, _, body in (part.partition("\n") for part in file.read_text("utf-8").split("## ")[1:])
    ]
