"""`openrouter-agent index` and `ask --documents`: one's own files in place of the web."""

import json

from langchain_openrouter.emulator import Answer, ToolCall


def notes(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "leave.md").write_text("# Leave\n\nAt Acme there are 28 days of vacation.\n")
    for number in range(5):
        (folder / f"{number}.bin").write_bytes(b"\0")
    return folder


def test_says_what_was_read_and_what_was_not(program, tmp_path):
    folder = notes(tmp_path)
    first = program("index", folder)
    assert "Documents in the index: 1 (1 read now, 0 removed)." in first.stdout
    assert "4.bin" not in first.stdout
    assert "and 2 more: It is no text" in first.stdout
    assert first.stderr == ""
    (folder / "leave.md").unlink()
    assert program.json("index", folder)["removed"] == 1
    report = program.json("index", folder)
    assert (report["documents"], report["read"], report["removed"]) == (0, 0, 0)
    assert [one["path"] for one in report["skipped"]] == [str(folder / f"{number}.bin") for number in range(5)]


def test_what_cannot_be_indexed_is_one_line(program):
    assert "no such file or folder" in program.refused("index", "nowhere")


def test_a_question_is_answered_from_documents(program, play, emulator, tmp_path):
    folder = notes(tmp_path)
    call = ToolCall("web_search", json.dumps({"query": "vacation at Acme"}))
    play(Answer(tool_calls=[call]), Answer("28 days [1]."))
    done = program("ask", "How much vacation is there?", "--documents", folder)
    assert done.exit_code == 0, done.output
    assert "28 days [1]." in done.stdout
    assert "from documents" in done.stdout
    names = [tool["function"]["name"] for tool in emulator.requests[0].json["tools"]]
    assert names == ["calculator", "web_search", "fetch_page", "code_interpreter"]
    assert "28 days of vacation" in emulator.requests[1].json["messages"][-1]["content"]
