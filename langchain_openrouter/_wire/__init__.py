"""The wire, both ways: LangChain messages to request bodies, answers to LangChain messages. Pure functions, no I/O."""
