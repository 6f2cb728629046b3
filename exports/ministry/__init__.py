"""The Ministry's transactions, v1.0: messages, the packed content, lists within the limit, the client. Pure."""
