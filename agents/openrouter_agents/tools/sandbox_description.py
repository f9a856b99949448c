"""What the model is told of a sandbox which runs all of Python."""

from collections.abc import Mapping

from .sandbox import OUTPUT_FOLDER, SandboxLimits


def describe_python(python: str, packages: Mapping[str, str], limits: SandboxLimits, walls: str) -> str:
    """Write the tool's description.

    Args:
        python: Version of the Python inside.
        packages: Versions of the packages inside, by name.
        limits: What a session may use.
        walls: A sentence on what there is not, such as a network.
    """
    names = ", ".join(f"{name} {version}" for name, version in packages.items()) or "no packages"
    plots = (
        f"To show a plot, draw it with matplotlib: figures that are shown, saved or left open are returned as images "
        f"(at most {limits.images} a call). "
        if "matplotlib" in packages
        else ""
    )
    return (
        f"Run Python {python} code in a sandbox and see its output. Available: the standard library and {names}. "
        f"{plots}"
        "Variables, imports and files in /tmp stay for the next call. Files written to "
        f"{OUTPUT_FOLDER} are handed to the user (at most {limits.files} a call, {limits.file_bytes // 1000} kB each). "
        "Print what you want to see; the value of the last expression is shown too. "
        f"{walls} {_downloads(limits)}SandboxLimits: "
        f"{limits.timeout_s:g} s a call, {limits.memory_bytes >> 20} MB of memory, {limits.disk_bytes >> 20} MB of "
        f"files in /tmp, {limits.output_bytes // 1000} kB of printed text. Going over the time limit loses all "
        "variables."
    )


def _downloads(limits: SandboxLimits) -> str:
    if not limits.allowed_hosts:
        return ""
    return (
        "But urllib.request.urlopen, and what uses it such as pandas.read_csv, can GET addresses of "
        f"{', '.join(limits.allowed_hosts)} (at most {limits.download_bytes // 1_000_000} MB a call). "
    )
