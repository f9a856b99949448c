"""The wire of the Responses API, both ways. Answers are brought into the form of chat completions and read as those."""
