"""Reading of web pages whose addresses come from others: what may be connected to, how much is read, what is text."""
