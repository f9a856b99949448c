"""The command line."""

from __future__ import annotations

import httpx
import pytest

from langchain_openrouter.emulator.__main__ import main


def test_it_says_where_it_is_and_stops_on_ctrl_c(capsys):
    seen = []

    def wait():
        seen.append(capsys.readouterr().out)
        url = seen[0].partition("OpenRouter emulator: ")[2].partition("\n")[0]
        answer = httpx.get(f"{url}/key", headers={"authorization": "Bearer sk-or-v1-mine"})
        assert answer.status_code == 200
        raise KeyboardInterrupt

    main(["--api-key", "sk-or-v1-mine"], wait)
    assert "export OPENROUTER_API_KEY=sk-or-v1-mine" in seen[0]
    assert capsys.readouterr().out == "Stopped after 0 generations for 0 USD.\n"


def test_help_is_there(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--port" in capsys.readouterr().out
